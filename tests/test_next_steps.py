"""After a success it is said what comes next, and of nothing that it is nothing, and why."""

from pathlib import Path

import pytest

from tests.conftest import Portal, Templates
from tests.terminals import on_terminal

ITEM = ("content", "create", "--kind", "topic", "--code", "G", "--title", "G")
PROFILE = ("signup-profile", "create", "P", "--department", "/", "--ends", "never")
SESSION = ("session", "create", "aid", "--code", "one", "--starts", "+5d", "--duration", "1h")
WAYS_IN = "Nobody comes in without a link or a token: lmsctl signup-profile create"
STEPS = [
    (("registration", "enable"), WAYS_IN),
    ((*PROFILE, "--activations", "3", "--code", "p"), "lmsctl signup-profile link p"),
    (("token", "create", "--content", "G", "--code", "FAIR"), "lmsctl token link FAIR"),
    (("content", "link", "G"), "lmsctl registration submit --content G"),
    (("user", "import", "people.csv"), "lmsctl enroll --department PATH --content CODE"),
    (("training", "create", "Aid", "--code", "aid"), "lmsctl session create aid --code"),
    (SESSION, "lmsctl enroll --user LOGIN --training aid:one"),
]
EMPTY = {
    "autoenroll list": "There are no auto-enrollment rules yet. Make the first with: lmsctl auto",
    "catalog list": "There are no offers in the catalog yet. Make the first with: lmsctl catalog",
    "content list": "There are no items yet. Make the first with: lmsctl content create",
    "content list --kind topic --search x": "No items fit --kind --search.",
    "enrollment list": "There are no enrollments yet. Make the first with: lmsctl enroll",
    "field list": "There are no custom fields yet. Make the first with: lmsctl field create",
    "group list": "There are no groups yet. Make the first with: lmsctl group create",
    "learner calendar owner": "owner is in no session",
    "learner catalog owner": "Nothing is offered to owner yet: lmsctl catalog open",
    "learner courses owner": "Nothing yet: lmsctl enroll --user owner --content CODE",
    "learner notifications owner": "There are no notices in the account of owner.",
    "notification list": "There are no messages yet.",
    "registration pending": "Nobody waits for confirmation.",
    "report participants": "There are no rows yet.",
    "role holders author": "Nobody holds the role yet: lmsctl role grant LOGIN 'author'",
    "run list": "No file was taken in yet",
    "session list": "There are no sessions yet. Make the first with: lmsctl session create",
    "signup-profile list": "There are no sign-up profiles yet. Make the first with: lmsctl sign",
    "token list": "There are no tokens yet. Make the first with: lmsctl token create",
    "token list --as owner": "There are no tokens that owner may see.",
    "token list --active": "No tokens fit --active.",
    "token history": "No token was redeemed yet.",
    "training list": "There are no trainings yet. Make the first with: lmsctl training create",
    "user list --search nobody": "No users fit --search.",
}


def test_what_comes_next_is_said_at_a_terminal(portal: Portal) -> None:
    """It is the last sentence, and names what was just made; a rehearsal makes nothing to use."""
    portal.ok("settings", "set", "public-url=https://learn.example.com")
    portal.ok(*ITEM)
    people = "Login,First name,Last name\nann,Ann,Bell\n"
    (portal.folder / "people.csv").write_text(people, encoding="utf-8")
    for argv, step in STEPS:
        assert step not in on_terminal(portal, *argv, "--dry-run").out
        assert step in on_terminal(portal, *argv, width=200).out.splitlines()[-1]


def test_in_a_pipe_it_is_said_to_who_asks_for_more_talk(portal: Portal) -> None:
    """What nothing has changed leads nowhere."""
    assert WAYS_IN in portal.ok("registration", "enable", "-v").err
    assert WAYS_IN not in portal.ok("registration", "enable", "-v").err
    portal.ok("registration", "disable")
    assert WAYS_IN not in portal.ok("registration", "enable").err


def test_what_stands_in_the_way_comes_first(portal: Portal) -> None:
    """A link that is shut is not handed out."""
    portal.ok(*ITEM)
    ran = on_terminal(portal, "token", "create", "--content", "G", "--code", "FAIR")
    assert "lmsctl registration enable" in ran.out
    assert "Hand out" not in ran.out


def test_a_new_portal_says_how_people_come_in(empty_database: Portal) -> None:
    """By themselves or from a file."""
    ran = on_terminal(empty_database, "init", "--sandbox", "--no-input", width=200)
    assert "lmsctl registration enable" in ran.out.splitlines()[-1]
    assert "lmsctl user import FILE" in ran.out.splitlines()[-1]


@pytest.fixture(scope="module")
def bare_portal(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Return a portal in which nothing was made; it is only read."""
    folder: Path = tmp_path_factory.mktemp("bare")
    return templates.copy("sqlite", folder)


@pytest.mark.parametrize("command", EMPTY)
def test_of_nothing_it_is_said_what_is_missing(bare_portal: Portal, command: str) -> None:
    """It says what the first one is made with, unless filters or rights leave nothing over."""
    assert bare_portal.ok(*command.split(), "-o", "table").err.startswith(EMPTY[command])


def test_an_explanation_ends_with_its_sentence(portal: Portal) -> None:
    """Nothing closed is nothing to list."""
    portal.ok(*ITEM)
    portal.ok("registration", "enable")
    portal.ok("token", "create", "--content", "G", "--code", "FAIR")
    ran = portal.ok("token", "explain", "FAIR", "-o", "table")
    assert ran.err.endswith(" is open.\n")
