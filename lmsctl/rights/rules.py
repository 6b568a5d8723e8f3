"""Rights as a pure question: actor, permission, department path; no unless granted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

EVERYWHERE = "/"

# What each permission is for; 'role permissions' and every refusal say it.
PERMISSIONS: Mapping[str, str] = {
    "portal.owner": "Name owners, and see to billing",
    "portal.settings": "Change settings, switch self-registration, view the plan",
    "db.manage": "Upgrade, back up and check the database",
    "audit.view": "View the audit log",
    "field.manage": "Define custom fields",
    "role.manage": "Define custom roles, grant and revoke roles",
    "department.view": "View departments",
    "department.manage": "Create, change, move and delete departments",
    "group.view": "View groups and who is in them",
    "group.manage": "Create, fill, change and delete groups",
    "user.view": "View users",
    "user.manage": "Create, change, import, deactivate and delete users",
    "profile.view": "View sign-up profiles and their history",
    "profile.manage": "Create, change and delete sign-up profiles",
    "registration.manage": "View and release registrations that wait for confirmation",
    "content.view": "View content and the rules of the catalog",
    "content.own": "Create content; change, share, grant, archive and delete one's own",
    "content.manage": "Change, share, grant, archive and delete everybody's content",
    "catalog.manage": "Open content and trainings in the catalog, and close them",
    "enrollment.view": "View who is enrolled in what and why, and what learners see",
    "enrollment.manage": (
        "Enroll users, by hand and by rules, and act for them as learners;"
        " with training.enroll also set registration restrictions"
    ),
    "progress.manage": "Record and import what users did",
    "training.manage": "Create, change and delete trainings and their sessions",
    "training.enroll": (
        "View users and enroll them in training;"
        " with enrollment.manage also set registration restrictions"
    ),
    "token.view": "View tokens with their codes, and who redeemed them",
    "token.manage": "Create, upload, change and delete tokens",
    "notification.view": "View queued mails and notices",
    "notification.deliver": "Send queued mails, and failed ones anew",
    "report.view": "View reports",
}
# A refusal or a warning that names more of them names them alone.
_EXPLAINED_LIMIT = 3


def explain(permissions: Sequence[str]) -> str:
    """Return permissions by name, and if they are few with what each is for."""
    if len(permissions) > _EXPLAINED_LIMIT:
        return ", ".join(permissions)
    return ", ".join(f'{name} ("{PERMISSIONS[name]}")' for name in permissions)


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


# Why people are hidden from whoever reads a list or a history: in the plural, of one and of many.
WHY_MEMBERS_HIDDEN = "people in departments whose users you do not see"
WHY_PEOPLE_HIDDEN = (
    "people in departments whose users you do not see, or whose accounts were removed"
)

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
