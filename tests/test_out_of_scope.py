"""What is printed for each role: nothing in it may depend on what is out of that role's scope."""

import shlex
from collections.abc import Iterable, Iterator

import pytest

from tests import connections
from tests.conftest import Portal, Templates
from tests.test_rights_table import CUSTOM, TABLE, commands_of


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()


# Every command that only reads, with what it is asked; `{actor}` is the login of who asks. The
# first line of a command asks for what is in scope, further ones for what is not or may not be.
READS = _lines(
    """
export
diff setup-own.toml
group list
group show group-own
group show group-sibling
group members group-own
group members group-sibling
role list
role show author
role show keeper-of-groups
role holders author
role holders supervisor
role permissions
can-i group.manage
can-i user.view --department Parent/Own
can-i user.view --department Parent/Sibling
department list
department show Parent/Own
department show Parent/Sibling
user list
user list --group group-own
user list --group group-sibling
user list --search sibling
user show person-own
user show {actor}
user show person-sibling
user export
field list
signup-profile list
signup-profile show profile-own
signup-profile show profile-sibling
signup-profile link profile-own
signup-profile link profile-sibling
signup-profile history profile-own
signup-profile history profile-sibling
signup-profile explain profile-own
signup-profile explain profile-sibling
registration show
registration pending
settings show
notification list
notification preview 1
notification preview 999999
audit list
audit verify
run list
run show 1
run show 999999
content list
content show topic-own
content link topic-own
catalog list
catalog list topic-own
catalog list --training
catalog list training-own --training
enrollment list
enrollment list --user person-own
enrollment list --user person-sibling
enrollment list --content topic-own
enrollment list --training training-own
enrollment list --training training-hidden
enrollment list --training training-more
enrollment show --user person-own --content topic-own
enrollment show --user person-sibling --content topic-own
enrollment list --content topic-tied
enrollment show --user person-own --content topic-tied
enrollment list --reason rule
enrollment show --user person-own --training training-own
enrollment show --user person-own --training training-hidden
enrollment show --user person-own --training training-more
enrollment explain --user person-own --training training-own
enrollment explain --user {actor} --training training-own
enrollment explain --user {actor} --training training-hidden
enrollment explain --user {actor} --training training-hidden --session first
learner courses person-own
learner courses {actor}
learner courses person-sibling
learner catalog person-own
learner catalog {actor}
learner catalog person-sibling
learner calendar person-own
learner calendar {actor}
learner calendar person-sibling
learner notifications person-own
learner notifications {actor}
learner notifications person-sibling
token list
token show token-own
token link token-own
token history
token history token-own
token template
token explain token-own
autoenroll list
autoenroll show rule-own
autoenroll show rule-sibling
autoenroll preview rule-own
autoenroll preview rule-sibling
training list
training list --department Parent/Sibling
training show training-own
training participants training-own
training timeline training-own
session list
session list training-own
session show training-own first
session attendance training-own first
report participants
report participants --department Parent/Sibling
report participants --training training-own --origin admin
user list --sort department
user list --sort -supervisor
user list --search New
user list --search Other
user list --columns login,department,supervisor
group list --sort department
group list --columns name,department,members
group members group-own --sort login
department list --sort people
signup-profile list --sort department
autoenroll list --sort target
enrollment list --sort reasons
notification list --sort login
notification list --kind enrolled
token history --sort login
token history token-met
token show token-met
token explain token-met
audit list --code user.created
user show newcomr
user show gon
group show Latecomer
group show group-siblin
department show Parent/Othr
department show Parent/Mor
role show supervisr
signup-profile show profile-ne
autoenroll show rule-ne
training show training-hiden
session show training-own firs
content show topic-tie
"""
)
# What changes is tried as a rehearsal: its refusals and outcomes tell as much as a look would.
PROBES = _lines(
    """
enrollment cancel --user person-own --content topic-tied --reason rule --reference rule-other
enrollment cancel --user person-own --content topic-tied --reason rule --reference rule-new
enrollment cancel --user person-own --content topic-own --reason rule --reference rule-tied
enrollment cancel --user person-own --content topic-tied --reason rule
enrollment cancel --department Parent/Own --content topic-tied --reason rule --reference rule-other
enroll --user newcomer --content topic-own
enroll --group Latecomers --content topic-own
enroll --group group-sibling --content topic-own
enroll --department Parent/More --content topic-own
user edit person-own --supervisor newcomer
user edit person-own --supervisor person-sibling
user move person-own --department Parent/More
group add group-own newcomer
group edit group-own --department Parent/More
department create More --parent Parent/Own
department delete Parent/Idle --yes
role grant person-own supervisor --department Parent/More
signup-profile edit profile-own --department Parent/More
autoenroll create --content topic-late --group Latecomers
content grant topic-own --group Latecomers
content grant topic-own --user newcomer
catalog open topic-own --department Parent/More
training edit training-own --organizer newcomer
user delete person-own --yes
group delete group-own --yes
content delete topic-own --yes
"""
)

CHANGING = """
create edit move add remove delete grant revoke activate deactivate end-employment import open
close enable disable set submit confirm resend release rotate sign-up archive restore add-item
remove-item cancel decline result join switch leave extend record redeem mint bulk-upload apply
set-deadlines lock unlock add-day enroll batch seed copy answers deliver retry
"""
# A learner's acts on what is not offered to them, and looks of others at it: as if it were not.
UNOFFERED = (
    "enrollment join --training {training}",
    "enrollment join --training {training} --session first",
    "enrollment join --training {training} --session nosuch",
    "enrollment explain --training {training}",
    "enrollment explain --training {training} --session first",
    "enrollment leave --training {training} --yes",
    "enrollment switch --training {training} --to first",
    "enrollment switch --training {training}",
    "enrollment confirm --training {training}",
    "enrollment decline --training {training}",
)

# Who sees every training, wherever it belongs.
SEES_TRAININGS = {"department-administrator", "usher"}
ROLES = {
    "department-administrator": (),
    "supervisor": (),
    "author": (),
    "learner": (),
    **CUSTOM,
    "trainer": ("training.manage",),
    "clerk": ("enrollment.view", "enrollment.manage"),
    "usher": ("training.enroll",),
}

_IN_EACH = """
user create --login person-{place} --first-name P --last-name P --department {path}
group create group-{place} --department {path}
signup-profile create P --code profile-{place} --department {path} --ends never --activations 9
signup-profile sign-up profile-{place} --email held-{place}@example.com --first-name H --last-name H
content create --kind topic --code topic-{place} --title T
content create --kind topic --code lesson-{place} --title L
token create --content lesson-{place} --code token-{place}
autoenroll create --content lesson-{place} --department {path} --code rule-{place}
training create T --code training-{place} --department {path} --organizer person-admin-{place}
session create training-{place} --code first --starts 2026-05-01T09:00 --duration 1h
"""
_FIRST = """
user create --login person-admin-{place} --first-name P --last-name P --department {path}
role grant person-admin-{place} department-administrator --department {path}
"""
# What is in scope gets tied to what is not in every way there is.
_TIES = """
group add group-own person-own
group add group-sibling person-own
group add group-own person-sibling
group add group-sibling person-sibling
user edit person-own --supervisor person-sibling
user edit actor-learner --supervisor person-admin-sibling
department edit Parent/Own --supervisor person-sibling
content create --kind topic --code topic-tied --title T
content create --kind topic --code topic-late --title T
content grant topic-own --group group-own
content grant topic-own --group group-sibling
content grant topic-own --department Parent/Own
content grant topic-own --department Parent/Sibling
content grant topic-own --user person-sibling
content grant topic-sibling --group group-sibling
catalog open topic-own --group group-own
catalog open topic-own --group group-sibling
catalog open topic-own --department Parent/Sibling
catalog open training-own --training --department Parent/Own
catalog open training-own --training --group group-sibling
catalog open training-own --training --department Parent/Sibling
training create Hidden --code training-hidden --department Parent/Sibling
session create training-hidden --code first --starts 2026-05-02T09:00 --duration 1h --capacity 1
enroll --user person-own --user person-sibling --content topic-own
enroll --user person-own --user person-sibling --training training-own:first
autoenroll create --content topic-tied --group group-sibling --code rule-other
autoenroll create --content topic-tied --group group-own --code rule-seen
autoenroll apply rule-seen --existing --yes
autoenroll create --content topic-own --group group-sibling --code rule-tied
role grant person-sibling supervisor --department Parent/Sibling
role grant person-own supervisor --department Parent/Own --department Parent/Sibling
training edit training-own --organizer person-admin-sibling
token create --content lesson-own --code token-met
token redeem token-met --email met@example.com --first-name M --last-name M
token redeem token-met --email away@example.com --first-name A --last-name A
user move met@example.com --department Parent/Sibling
user move away@example.com --department Parent/Sibling
"""
# Each change on the right is out of scope of everybody who holds a role in Parent/Own only.
_CHANGES = """
department edit Parent/Sibling --name Other
department create More --parent Parent
department create Deep --parent Parent/Other
user create --login newcomer --first-name N --last-name N --department Parent/Other
group create Latecomers --department Parent/Other
group add Latecomers person-sibling
group add Latecomers newcomer
group add Latecomers person-own
group edit group-sibling --name Renamed
group delete group-empty --yes
user edit person-admin-sibling --login renamed
user edit person-idle --login gone
user delete gone --yes
signup-profile create Q --code profile-new --department Parent/Other --ends never --activations 9
signup-profile edit profile-sibling --name Changed
autoenroll create --content lesson-own --department Parent/Other --code rule-new
autoenroll delete rule-idle --yes
catalog open topic-own --department Parent/More
catalog open topic-own --group Latecomers
catalog open training-own --training --group Latecomers
content grant topic-own --group Latecomers
content grant topic-own --department Parent/More
content grant topic-own --user newcomer
enroll --user newcomer --content topic-own
role grant newcomer supervisor --department Parent/Other
autoenroll apply rule-other --existing --yes
department delete Parent/Idle --yes
user edit met@example.com --last-name Changed --login mett
user delete away@example.com --yes
signup-profile sign-up profile-new --email new@example.com --first-name N --last-name N
registration confirm new@example.com
"""
_HIDDEN_CHANGES = """
enroll --user person-sibling --training training-hidden:first
session create training-hidden --code second --starts 2026-05-03T09:00 --duration 1h
training edit training-hidden --title Another
training create More --code training-more --department Parent/Apart
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def portal_with_siblings(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Return a portal in which what is in Parent/Own is tied to what is in Parent/Sibling."""
    portal = templates.copy(request.param, tmp_path_factory.mktemp("scope"))
    with connections.keep_connections():
        _build(portal)
        yield portal
    templates.drop(portal)


def _build(portal: Portal) -> None:
    _run(portal, "registration enable --confirm-email")
    for path in ("Parent", "Parent/Own", "Parent/Sibling", "Parent/Idle", "Parent/Apart"):
        parent, _, name = path.rpartition("/")
        portal.ok("department", "create", name, "--parent", parent or "/")
    for place, path in {"own": "Parent/Own", "sibling": "Parent/Sibling"}.items():
        _run(portal, (_FIRST + _IN_EACH).replace("{place}", place).replace("{path}", path))
    _run(
        portal,
        """
        user create --login person-idle --first-name I --last-name I --department Parent/Sibling
        group create group-empty --department Parent/Sibling
        autoenroll create --content lesson-own --group group-sibling --code rule-idle
        """,
    )
    for role, permissions in ROLES.items():
        login, where = f"actor-{role}", ("--department", "Parent/Own")
        names = ("--first-name", "A", "--last-name", "A")
        portal.ok("user", "create", "--login", login, *names, *where)
        if permissions:
            wanted = [word for name in permissions for word in ("--permission", name)]
            portal.ok("role", "create", role, *wanted)
        if role != "learner":
            portal.ok("role", "grant", login, role, *(() if role == "author" else where))
    _run(portal, _TIES)


def _run(portal: Portal, lines: str) -> None:
    for line in filter(None, map(str.strip, lines.splitlines())):
        portal.ok(*shlex.split(line))


def _printed(
    portal: Portal, among: int, roles: Iterable[str] = ROLES
) -> dict[tuple[str, str], str]:
    """Return what each role is answered to each look, or to one `among` so many, another for each.

    So many roles after another are asked everything.
    """
    return {
        (role, line): _answer(portal, role, line)
        for number, role in enumerate(roles)
        for line in (READS + PROBES)[number % among :: among]
    }


def _answer(portal: Portal, role: str, line: str) -> str:
    login = f"actor-{role}"
    argv = shlex.split(line.format(actor=login))
    how = ("--dry-run",) if line in PROBES else ()
    form = "json" if argv[-1] != "export" else "csv"
    ran = portal.run(*how, *argv, "--as", login, "-o", form)
    return f"{ran.status}\n{ran.out}\n{ran.err}"


def _leaks(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> list[str]:
    return [
        f"lmsctl {line} --as {role}\n-- before: {before[role, line]}\n-- after: {after[role, line]}"
        for role, line in before
        if before[role, line] != after[role, line]
    ]


@pytest.mark.parametrize(
    ("portal_with_siblings", "among"),
    [("sqlite", 1), ("postgresql", 4), pytest.param("postgresql", 1, marks=pytest.mark.heavy)],
    indirect=["portal_with_siblings"],
)
def test_what_is_out_of_scope_changes_nothing_that_is_printed(
    portal_with_siblings: Portal, among: int
) -> None:
    """Whatever is added there, renamed or removed, and however it is tied to what is in scope."""
    before = _printed(portal_with_siblings, among)
    _run(portal_with_siblings, _CHANGES)
    after = _printed(portal_with_siblings, among)
    leaks = _leaks(before, after)
    assert not leaks, f"{len(leaks)} leaks\n" + "\n".join(leaks)


@pytest.mark.parametrize("among", [4, pytest.param(1, marks=pytest.mark.heavy)])
def test_trainings_out_of_scope_are_seen_only_by_who_enrolls(
    portal_with_siblings: Portal, among: int
) -> None:
    """Nobody else's answers change with them."""
    roles = [role for role in ROLES if role not in SEES_TRAININGS]
    before = _printed(portal_with_siblings, among, roles)
    _run(portal_with_siblings, _HIDDEN_CHANGES)
    leaks = _leaks(before, _printed(portal_with_siblings, among, roles))
    assert not leaks, f"{len(leaks)} leaks\n" + "\n".join(leaks)


def test_a_rule_out_of_scope_is_not_named(portal_with_siblings: Portal) -> None:
    """Not even where it is the only reason; the person and who may see it are told of it."""
    _run(
        portal_with_siblings,
        """
        department create Away --parent Parent
        content create --kind topic --code topic-alone --title T
        autoenroll create --content topic-alone --group group-own --code rule-near
        autoenroll create --content topic-alone --department Parent/Away --code rule-away
        user create --login comer --first-name C --last-name C --department Parent/Away
        user move comer --department Parent/Own
        """,
    )
    looks = (
        "enrollment show --user comer --content topic-alone",
        "enrollment list --user comer",
        "learner courses comer",
    )
    administrator = "department-administrator"
    for line in looks:
        told = _answer(portal_with_siblings, administrator, line)
        assert told.startswith("0\n")
        assert "rule" in told
        assert "rule-away" not in told
        assert "rule-away" in portal_with_siblings.ok(*shlex.split(line), "-o", "json").out
    assert (
        "rule rule-away"
        in portal_with_siblings.ok("learner", "courses", "comer", "--as", "comer").out
    )
    _run(portal_with_siblings, "group add group-own comer")
    for line in looks:
        told = _answer(portal_with_siblings, administrator, line)
        assert ("rule-near" in told, "rule-away" in told) == (True, False)


def test_a_change_in_scope_is_seen(portal_with_siblings: Portal) -> None:
    """So that looking at the same answers twice is known to find what differs."""
    look = ("department-administrator", "user show person-own")
    before = {look: _answer(portal_with_siblings, *look)}
    _run(portal_with_siblings, "group edit group-own --name Seen")
    assert _leaks(before, {look: _answer(portal_with_siblings, *look)})
    _run(portal_with_siblings, "group edit Seen --name group-own")


@pytest.mark.parametrize("line", UNOFFERED)
def test_what_is_not_offered_is_as_if_it_were_not(portal_with_siblings: Portal, line: str) -> None:
    """To a learner, and to who acts for one without seeing trainings."""
    for who in (["--as", "actor-learner"], ["--as", "actor-clerk", "--user", "person-own"]):
        for form in ("json", "table"):
            hidden, absent = (
                portal_with_siblings.run(*shlex.split(line.format(training=code)), *who, "-o", form)
                for code in ("training-hidden", "training-absent")
            )
            assert absent.status != 0
            told = (hidden.status, hidden.out, hidden.err.replace("hidden", "absent"))
            assert told == (absent.status, absent.out, absent.err)


def test_every_command_that_reads_is_looked_at() -> None:
    """A new one cannot come without a line here."""
    commands = {command for noun in TABLE["nouns"] for command in commands_of(noun)}
    reading = {command for command in commands if command.split()[-1] not in CHANGING.split()}
    assert reading == {
        command for command in commands for line in READS if f"{line} ".startswith(f"{command} ")
    }


def test_a_rule_out_of_scope_is_not_taken_away_by_its_name(portal_with_siblings: Portal) -> None:
    """Whoever guesses what one is called is answered as if there were none; who sees it is not."""
    _run(
        portal_with_siblings,
        """
        department create Guessed --parent Parent
        group create group-guessed --department Parent/Guessed
        group add group-guessed person-own
        content create --kind topic --code topic-guessed --title T
        autoenroll create --content topic-guessed --group group-guessed --code rule-guessed
        autoenroll create --content topic-guessed --group group-own --code rule-mine
        autoenroll apply rule-guessed --existing --yes
        autoenroll apply rule-mine --existing --yes
        """,
    )
    line = ("enrollment", "cancel", "--user", "person-own", "--content", "topic-guessed")
    keeper = ("--as", "actor-department-administrator")
    for reason in ((), ("--reason", "rule")):
        guesses = [
            portal_with_siblings.ok(*line, *reason, "--reference", code, *keeper, "-o", "json")
            for code in ("rule-guessed", "rule-absent")
        ]
        assert guesses[0] == guesses[1]
        assert [one["outcome"] for one in guesses[0].json] == ["unchanged"]
    for code, who in (("rule-mine", keeper), ("rule-guessed", ())):
        named = (*line, "--reason", "rule", "--reference", code, "-o", "json", *who)
        assert portal_with_siblings.ok(*named).json[0]["outcome"] in {"updated", "deleted"}
