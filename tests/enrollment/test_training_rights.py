"""Who may do what with people in trainings, of those who hold only one of the two rights to it."""

import shlex

import pytest

from tests.conftest import Portal

# What each actor holds in Own; "split" holds the two in different departments.
ACTORS = {
    "enroller": (("training.enroll", "Own"),),
    "keeper": (("enrollment.manage", "Own"),),
    "both": (("training.enroll", "Own"), ("enrollment.manage", "Own")),
    "split": (("training.enroll", "Own"), ("enrollment.manage", "Other")),
}
_EXTENSION = "--user own --deadline registration --until +1d --reason R"
OF_TRAININGS = (
    "training set-deadlines {place} --stop-registration 2d",
    "training lock {place}",
    "training unlock {place}",
    f"enrollment extend {_EXTENSION} --training {{place}}",
)
BY_ENROLLING = (
    "enroll --user {place} --training free",
    "enrollment edit --user {place} --training free --access-at +1d",
    "enrollment cancel --user {place} --training free",
    "enrollment result --user {place} --training free --points 1",
)
BY_MANAGING = (
    "enrollment join --user {place} --training open",
    "enrollment switch --user {place} --training free --to second",
    "enrollment leave --user {place} --training free",
)


@pytest.fixture
def portal_with_actors(portal: Portal) -> Portal:
    """Return a portal with a training and a person in each of two departments, and the actors."""
    names = ("--first-name", "F", "--last-name", "L")
    for place in ("Own", "Other"):
        portal.ok("department", "create", place)
        code = place.lower()
        portal.ok("training", "create", "T", "--code", code, "--department", place)
        portal.ok("user", "create", "--login", code, *names, "--department", place)
    for code in ("free", "open"):
        portal.ok("training", "create", "T", "--code", code)
        portal.ok("catalog", "open", code, "--training", "--everybody")
        for session in ("first", "second"):
            when = ("--starts", "2026-05-01T09:00", "--duration", "1h")
            portal.ok("session", "create", code, "--code", session, *when)
    for code in ("own", "other"):
        joining = ("enrollment", "join", "--user", code, "--training", "free")
        portal.ok(*joining, "--session", "first")
    for actor, rights in ACTORS.items():
        portal.ok("user", "create", "--login", actor, *names)
        for permission, place in rights:
            role = f"{actor}-{permission}"
            portal.ok("role", "create", role, "--permission", permission)
            portal.ok("role", "grant", actor, role, "--department", place)
    return portal


def refusal(portal: Portal, actor: str, line: str, place: str) -> str | None:
    """Return with what a rehearsal of `line` on a place is refused, None for not at all."""
    words = shlex.split(line.format(place=place))
    ran = portal.run("--as", actor, "--dry-run", *words, "-o", "json")
    return ran.code if ran.status else None


def test_restraining_learners_takes_both_rights_over_the_training(
    portal_with_actors: Portal,
) -> None:
    """Either alone is nothing, and so are both in different departments."""
    for line in OF_TRAININGS:
        assert refusal(portal_with_actors, "both", line, "own") is None, line
        assert refusal(portal_with_actors, "both", line, "other") == "permission_missing", line
        for place in ("own", "other"):
            assert refusal(portal_with_actors, "split", line, place) == "permission_missing", line
        for actor in ("enroller", "keeper"):
            assert refusal(portal_with_actors, actor, line, "own") == "permission_missing", line


def test_either_right_has_acts_of_its_own(portal_with_actors: Portal) -> None:
    """To put people in and take them out is one, to act for them as learners is the other."""
    for holder, without, lines in (
        ("enroller", "keeper", BY_ENROLLING),
        ("keeper", "enroller", BY_MANAGING),
    ):
        for line in lines:
            assert refusal(portal_with_actors, holder, line, "own") is None, line
            assert refusal(portal_with_actors, holder, line, "other") == "user_unknown", line
            assert refusal(portal_with_actors, without, line, "own") == "permission_missing", line
