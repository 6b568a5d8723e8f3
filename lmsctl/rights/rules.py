"""Rights as a pure question: actor, permission, department path; no unless granted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

EVERYWHERE = "/"

# What each permission allows; 'role permissions' prints this table.
PERMISSIONS: Mapping[str, str] = {
    "portal.owner": "name owners, and billing",
    "portal.settings": "change settings, switch self-registration, see the plan",
    "db.manage": "upgrade, back up and check the database",
    "audit.view": "read the audit log",
    "field.manage": "define custom fields",
    "role.manage": "define custom roles, grant and revoke roles",
    "department.view": "see departments",
    "department.manage": "create, change, move and delete departments",
    "group.view": "see groups and who is in them",
    "group.manage": "create, fill, change and delete groups",
    "user.view": "see people",
    "user.manage": "create, change, import, deactivate and delete people",
    "profile.view": "see sign-up profiles and their history",
    "profile.manage": "create, change and delete sign-up profiles",
    "registration.manage": "see and release registrations that wait for confirmation",
    "content.view": "see content and the rules of the catalog",
    "content.own": "create content; change, share, grant, archive and delete one's own",
    "content.manage": "change, share, grant, archive and delete everybody's content",
    "catalog.manage": "open content in the catalog and close it",
    "enrollment.view": "see who is enrolled in what, why, and what people see",
    "enrollment.manage": "enroll people, by hand and by rules, and cancel enrollments",
    "progress.manage": "record and import what people did",
    "training.manage": "create, change and delete trainings and their sessions",
    "training.enroll": "see all trainings; enroll one's own people in them",
    "token.view": "see tokens with their codes, and who redeemed them",
    "token.manage": "create, upload, change and delete tokens",
    "notification.view": "see queued mails and notices",
    "report.view": "read reports",
}

# The plan, the switches, the file as a whole and tokens are for the owner and administrators alone:
# no custom role can hold these.
RESERVED = frozenset({"portal.owner", "portal.settings", "db.manage", "token.manage"})

OWNER = "owner"
ADMINISTRATOR = "administrator"
DEPARTMENT_ADMINISTRATOR = "department-administrator"
AUTHOR = "author"
SUPERVISOR = "supervisor"
LEARNER = "learner"

_LOCAL = frozenset(
    {
        "department.view",
        "group.view",
        "group.manage",
        "user.view",
        "user.manage",
        "profile.view",
        "profile.manage",
        "registration.manage",
        "content.view",
        "enrollment.view",
        "enrollment.manage",
        "training.manage",
        "training.enroll",
        "notification.view",
        "report.view",
    }
)

BUILT_IN: Mapping[str, frozenset[str]] = {
    OWNER: frozenset(PERMISSIONS),
    ADMINISTRATOR: frozenset(PERMISSIONS) - {"portal.owner"},
    DEPARTMENT_ADMINISTRATOR: _LOCAL,
    AUTHOR: frozenset({"content.view", "content.own"}),
    SUPERVISOR: frozenset({"department.view", "user.view", "report.view"}),
    LEARNER: frozenset(),
}

# These hold in the whole portal and take no departments.
PORTAL_WIDE = frozenset({OWNER, ADMINISTRATOR, AUTHOR, LEARNER})
# The learner's part belongs to everybody; it is neither granted nor taken away.
GIVEN_TO_ALL = frozenset({LEARNER})


def subtree_prefix(path: str) -> str:
    """Return the prefix under which everything below the department at `path` lies.

    What holds in the root holds everywhere.
    """
    is_root = path.count("/") == len(EVERYWHERE) + 1
    return EVERYWHERE if is_root else path


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role somebody holds: its permissions, and the department paths in which they hold."""

    role: str
    permissions: frozenset[str]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The departments in which a permission holds, as path prefixes; `/` is everywhere."""

    paths: tuple[str, ...]

    @property
    def is_everywhere(self) -> bool:
        """Whether no department is out of scope."""
        return EVERYWHERE in self.paths

    def covers(self, path: str) -> bool:
        """Say whether the department at `path`, such as `/1/4/`, is in scope."""
        return any(path.startswith(prefix) for prefix in self.paths)

    def covers_or_is_below(self, path: str) -> bool:
        """Say whether the department at `path` is in scope, or above it, as part of a path there.

        `in_scope_or_above` in the store asks the same of the database.
        """
        return self.covers(path) or any(prefix.startswith(path) for prefix in self.paths)


def ancestor_paths(scope: Scope) -> list[str]:
    """Return the paths of the departments that those of `scope` lie in."""
    return sorted({one for prefix in scope.paths for one in _ancestor_paths(prefix)})


def _ancestor_paths(path: str) -> Iterator[str]:
    """Yield the paths of the departments that the one at `path` lies in."""
    parts = path.strip(EVERYWHERE).split(EVERYWHERE)
    for length in range(1, len(parts)):
        yield f"/{'/'.join(parts[:length])}/"


# Every department: for what is looked up before anybody asks whether it is in scope.
ANYWHERE = Scope((EVERYWHERE,))


# Whoever sees people, groups or trainings there is also told what the department is called.
_SHOWING_DEPARTMENTS = (
    "department.view",
    "group.view",
    "user.view",
    "enrollment.view",
    "training.manage",
    "training.enroll",
)


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which departments, groups and people an actor may be told the names of, wherever it is.

    What is shown of something in scope often names something else, which may be out of scope.
    """

    departments: Scope
    groups: Scope
    people: Scope
    own_id: int | None

    def shows_person(self, path: str, number: int) -> bool:
        """Say whether the person of that id, in the department at `path`, may be named."""
        return self.people.covers(path) or number == self.own_id


ALL_VISIBLE = Visibility(ANYWHERE, ANYWHERE, ANYWHERE, None)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose rights are used: a person with what they hold, or the operator, who holds all."""

    login: str | None
    user_id: int | None
    holdings: tuple[HeldRole, ...]

    def scope(self, permission: str) -> Scope:
        """Return where `permission` holds; an empty scope when it holds nowhere."""
        paths = {
            path
            for holding in self.holdings
            if permission in holding.permissions
            for path in holding.paths
        }
        return Scope(tuple(sorted(paths)))

    @property
    def visibility(self) -> "Visibility":
        """What the actor may be told the names of."""
        showing = {path for word in _SHOWING_DEPARTMENTS for path in self.scope(word).paths}
        return Visibility(
            departments=Scope(tuple(sorted(showing))),
            groups=self.scope("group.view"),
            people=self.scope("user.view"),
            own_id=self.user_id,
        )

    def may(self, permission: str, path: str = EVERYWHERE) -> bool:
        """Say whether `permission` holds in the department at `path` and all under it."""
        return self.scope(permission).covers(path)

    def lacks(self, permissions: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
        """Return those of `permissions` that do not hold in every one of `paths`, in order."""
        places = tuple(paths)
        return tuple(
            permission
            for permission in sorted(permissions)
            if not all(self.may(permission, path) for path in places)
        )


OPERATOR = Actor(None, None, (HeldRole(OWNER, frozenset(PERMISSIONS), (EVERYWHERE,)),))
