"""What `help` says of commands and codes, and that all of it can be read by programs."""

from pathlib import Path

import pytest

from lmsctl.help.actions import topics
from tests.conftest import Portal


@pytest.fixture
def empty_folder(tmp_path: Path) -> Portal:
    """Return an empty folder to work in."""
    return Portal("", tmp_path)


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("help user", "user --help"),
        ("help user create", "user create --help"),
        ("help enroll", "enroll --help"),
        ("user help", "user --help"),
        ("user help create", "user create --help"),
    ],
)
def test_a_command_is_explained_however_it_is_asked_for(
    empty_folder: Portal, asked: str, same: str
) -> None:
    """The words are those of --help."""
    assert empty_folder.ok(*asked.split()).out == empty_folder.ok(*same.split()).out


def test_a_command_has_fields(empty_folder: Portal) -> None:
    """Programs get options and examples apart, without those that every command takes."""
    found = empty_folder.ok("help", "user", "create", "-o", "json").json
    assert found["command"] == "user create"
    assert found["about"].startswith("Create a user.")
    options = {option["spellings"][0]: option for option in found["options"]}
    assert options["--first-name"]["is_required"]
    assert not options["--email"]["is_required"]
    assert options["--field"]["is_repeatable"]
    assert options["--if-exists"]["default"] == "fail"
    assert {"--as", "--help"}.isdisjoint(options)
    assert found["examples"][0].startswith("lmsctl user create --email anna@example.com --first")
    shown = empty_folder.ok("help", "user", "show", "-o", "json").json
    assert [argument["name"] for argument in shown["arguments"]] == ["LOGIN"]
    assert "create" in empty_folder.ok("help", "user", "-o", "json").json["commands"]


@pytest.mark.parametrize("topic", topics.TOPICS)
def test_every_topic_is_json_for_programs(empty_folder: Portal, topic: str) -> None:
    """The words are a field of an object."""
    found = empty_folder.ok("help", topic, "-o", "json").json
    assert found["topic"] == topic
    assert found["text"].startswith(empty_folder.ok("help", topic).out[:40])
    assert empty_folder.ok("help", topic, "-o", "id").out == f"{topic}\n"


def test_a_topic_with_the_name_of_a_noun_leads_to_its_commands(empty_folder: Portal) -> None:
    """The topic comes first."""
    assert empty_folder.ok("help", "batch").out.endswith("\nCommands: lmsctl batch --help\n")


def test_a_code_says_class_status_message_and_hint(empty_folder: Portal) -> None:
    """As words, and as fields."""
    text = empty_folder.ok("help", "plan_full").out
    for part in ("rejected, exit status 6", "The plan is full.", "plan.max-active-users"):
        assert part in text
    found = empty_folder.ok("help", "plan_full", "-o", "json").json
    assert (found["code"], found["error_class"], found["exit_code"]) == ("plan_full", "rejected", 6)
    assert found["message"] == "The plan is full."
    assert found["hint"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("persons", "user"),
        ("tiems", "times"),
        ("plan_ful", "plan_full"),
        ("user remove", "user delete"),
        ("people rm", "user delete"),
        ("create user", "user create"),
    ],
)
def test_what_there_is_no_help_on_gets_a_suggestion(
    empty_folder: Portal, asked: str, meant: str
) -> None:
    """Exit status 2."""
    ran = empty_folder.run("help", *asked.split())
    assert ran.status == 2
    assert f"Did you mean 'lmsctl help {meant}'?" in ran.err


def test_what_is_like_nothing_leads_to_the_lists(empty_folder: Portal) -> None:
    """The hint is where topics and commands are listed."""
    assert "See 'lmsctl help'" in empty_folder.run("help", "xyzzy").err
