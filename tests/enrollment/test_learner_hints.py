"""What learners are advised when they are refused: never a command of administrators."""

import re
import shlex

import pytest

from lmsctl.kit.learner_hints import LEARNER_COMMANDS
from tests.conftest import Portal
from tests.trainings import create_person, create_session, create_training

OPTIONS = ("--over-capacity", "--reason", "--keep-going", "--if-exists", "--filter")
# Each with what is done first, by an administrator, and the refusal of what 'ann' does then.
REFUSED = (
    ("join --training nosuch", (), "training_unknown"),
    ("join --training closed", (), "training_unknown"),
    ("join --training aid:nosuch", (), "session_unknown"),
    ("join --training aid:full", (), "session_full"),
    ("join --training aid:gone", (), "session_canceled"),
    ("join --training aid:begun", (), "session_begun"),
    ("join --training aid:spring", ("set-stop",), "registration_stopped"),
    ("join --training aid:full", ("set-stop",), "gates_closed"),
    ("join --training only-begun", (), "no_session_open"),
    ("join --training aid:spring", ("enroll aid:summer",), "takes_part_already"),
    ("join --training closed:first", ("enroll-other",), "training_unknown"),
    ("leave --training aid", (), "participation_unknown"),
    ("leave --training aid", ("enroll aid:spring",), "session_preselected"),
    ("leave --training aid", ("join", "lock"), "participants_locked"),
    ("leave --training aid", ("join", "set-stop"), "cancellations_stopped"),
    ("leave --training aid", ("join", "lock", "set-stop"), "gates_closed"),
    ("switch --training aid --to summer", (), "participation_unknown"),
    ("switch --training aid --to full", ("join",), "session_full"),
    ("switch --training aid --to nosuch", ("join",), "session_unknown"),
    ("switch --training aid --to gone", ("join",), "session_canceled"),
    ("switch --training aid --to begun", ("join",), "session_begun"),
    ("switch --training aid --to summer", ("enroll aid:spring",), "session_preselected"),
    ("switch --training aid --to summer", ("join", "lock"), "participants_locked"),
    ("switch --training aid", ("join", "fill"), "no_session_offered"),
    ("confirm --training aid", (), "participation_unknown"),
    ("confirm --training aid", ("later",), "access_to_come"),
    ("decline --training aid", ("later",), "access_to_come"),
    ("decline --training nosuch", (), "training_unknown"),
    ("join --content nosuch", (), "content_unknown"),
    ("join --content shut", (), "content_unknown"),
    ("join --content old", (), "content_archived"),
    ("leave --content open", (), "enrollment_unknown"),
    ("leave --content shut", ("enroll-shut",), "content_not_taken"),
    ("join --training aid --user ben", (), "permission_missing"),
    ("explain --training nosuch", (), "training_unknown"),
)
FIRST = {
    "set-stop": "training set-deadlines aid --stop-registration 9999d --stop-cancellations 9999d",
    "lock": "training lock aid",
    "join": "--as ann enrollment join --training aid --session spring",
    "later": "enroll --user ann --training aid --access-at 2026-03-20",
    "fill": "session cancel aid summer",
    "enroll-shut": "enroll --user ann --content shut",
    "enroll-other": "enroll --user ben --training closed:first",
}
_COMMAND = re.compile(r"\blmsctl ((?:[a-z-]+ ?){1,2})")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with trainings and items that are open to a learner, and such as are not."""
    for login in ("ann", "ben"):
        create_person(portal, login)
    for code in ("aid", "closed", "only-begun"):
        create_training(portal, code)
    create_session(portal, "spring")
    create_session(portal, "summer", starts="2026-06-30T09:00")
    create_session(portal, "full", "--capacity", "1", starts="2026-07-30T09:00")
    create_session(portal, "gone", starts="2026-08-30T09:00")
    create_session(portal, "begun", starts="2026-03-02T11:30")
    create_session(portal, "first", of="closed")
    create_session(portal, "begun", of="only-begun", starts="2026-03-02T11:30")
    portal.ok("enroll", "--user", "ben", "--training", "aid:full")
    portal.ok("session", "cancel", "aid", "gone")
    for code in ("aid", "only-begun"):
        portal.ok("catalog", "open", code, "--training", "--everybody")
    for code in ("open", "shut", "old"):
        portal.ok("content", "create", "--kind", "topic", "--code", code, "--title", "T")
    for code in ("open", "old"):
        portal.ok("catalog", "open", code, "--everybody")
    portal.ok("content", "archive", "old")
    return portal


def prepare(portal: Portal, before: tuple[str, ...]) -> None:
    """Do what comes before a refusal."""
    for name in before:
        target = name.removeprefix("enroll ")
        line = FIRST.get(name, f"enroll --user ann --training {target}")
        portal.ok(*shlex.split(line))


def command(line: str) -> tuple[str, ...]:
    """Return the words of a learner's act; `CODE:SESSION` is a training and a session of it."""
    line = re.sub(r"--training (\S+):(\S+)", r"--training \1 --session \2", line)
    return ("enrollment", *shlex.split(line))


def check_fit_for_learner(said: str) -> None:
    """Check that what was said names no command or option of administrators."""
    for found in _COMMAND.findall(said):
        assert found.strip().startswith(LEARNER_COMMANDS), said
    for option in OPTIONS:
        assert option not in said


@pytest.mark.parametrize(("line", "before", "code"), REFUSED)
def test_a_refused_learner_is_advised_of_nothing_that_only_administrators_can_do(
    training_portal: Portal, line: str, before: tuple[str, ...], code: str
) -> None:
    """In words and in JSON, in the details too, and in a batch."""
    prepare(training_portal, before)
    as_ann = ("--as", "ann")
    words = training_portal.run(*as_ann, *command(line))
    json = training_portal.run(*as_ann, *command(line), "-o", "json")
    assert json.code == code, json.err
    check_fit_for_learner(words.err)
    check_fit_for_learner(json.err)
    for how in ((), ("--atomic",)):
        text = shlex.join([*as_ann, *command(line)])
        ran = training_portal.run("batch", "-", *how, "-o", "json", stdin=f"{text}\n")
        check_fit_for_learner(ran.out + ran.err)


def test_what_is_explained_to_a_learner_names_what_they_can_do(training_portal: Portal) -> None:
    """Every remedy; and administrators who ask about themselves are learners."""
    prepare(training_portal, ("enroll aid:spring", "lock", "set-stop"))
    training_portal.ok("role", "grant", "ann", "administrator")
    explain = ("enrollment", "explain", "--training", "aid", "-o", "json")
    said = training_portal.ok("--as", "ann", *explain)
    assert said.json["gates"]
    check_fit_for_learner(said.out)
    asked = training_portal.ok("--as", "ann", *explain, "--user", "ann").out
    check_fit_for_learner(asked)
    assert "lmsctl training unlock" in training_portal.ok(*explain, "--user", "ann").out


def test_whoever_acts_for_others_is_still_told_what_administrators_can_do(
    training_portal: Portal,
) -> None:
    """The commands that lift the refusal."""
    prepare(training_portal, ("join", "lock"))
    leave = training_portal.run("enrollment", "leave", "--user", "ann", "--training", "aid")
    assert "lmsctl training unlock aid" in leave.err
    training_portal.ok("role", "grant", "ben", "administrator")
    words = ("--as", "ben", "enrollment", "leave", "--user", "ann", "--training", "aid")
    assert "lmsctl training unlock aid" in training_portal.run(*words).err


@pytest.mark.parametrize("view", ["courses", "catalog", "calendar", "notifications"])
def test_views_of_others_advise_learners_of_nothing_they_cannot_do(
    training_portal: Portal, view: str
) -> None:
    """Neither of somebody else nor of nobody."""
    for login in ("ben", "nosuch"):
        ran = training_portal.run("--as", "ann", "learner", view, login)
        assert ran.status == 8
        check_fit_for_learner(ran.err)
