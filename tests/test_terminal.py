"""Whatever is read at a terminal of 80, 100 or 160 columns is a whole table."""

import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from tests.conftest import Portal
from tests.generate import nouns
from tests.test_out_of_scope import CHANGING
from tests.test_rights_table import commands_of

WIDTHS = ("80", "100", "160")
# What each command that reads is asked for, in a portal that `seed` has filled.
READS = (
    "audit list --first 60",
    "audit verify",
    "autoenroll list",
    "autoenroll show clients",
    "autoenroll preview clients",
    "can-i user.manage",
    "config get output",
    "config path",
    "catalog list",
    "config show",
    "content link welcome",
    "content list",
    "content show first-week",
    "context list",
    "db check",
    "db status",
    "department list",
    "diff changes.toml",
    "department show Sales/EMEA",
    "doctor",
    "enrollment list --first 60",
    "enrollment explain --user ada --training first-aid-1",
    "enrollment show --user ada --content welcome",
    "field list",
    "group list",
    "group members Managers",
    "group show Managers",
    "help",
    "help user create",
    "learner calendar ada",
    "learner catalog ada",
    "learner courses ada",
    "learner notifications ada",
    "notification list",
    "notification preview 1",
    "registration pending",
    "registration show",
    "report participants",
    "role holders department-administrator",
    "role list",
    "role permissions",
    "role show author",
    "run list",
    "run show 1",
    "session attendance first-aid-1 past",
    "session list first-aid-1",
    "session show first-aid-1 next",
    "settings show",
    "signup-profile explain partners",
    "signup-profile history support",
    "signup-profile link partners",
    "signup-profile list",
    "signup-profile show support",
    "token explain EXPO-0001",
    "token history EXPO-0001",
    "token link EXPO-0001",
    "token list",
    "token show EXPO-0001",
    "training list",
    "training participants first-aid-1",
    "training show first-aid-1",
    "training timeline first-aid-1",
    "user list --first 60",
    "user show ada",
    "version",
)

# What is not named by a cell of its table, or by a whole address that may be longer than a line.
UNNAMED = ("config get", "db status", "help", "learner notifications", "training timeline")
# What writes CSV, a statement or a script, whatever format is asked for.
ELSEWHERE = {"completion", "export", "token template", "user export"}
# What changes the installation; the rest is in the words of CHANGING.
INSTALLING = {
    *("config unset", "context use", "db backup", "db restore", "db upgrade", "db vacuum"),
    *("docs man", "docs markdown", "init"),
}


@pytest.fixture
def seeded_portal(portal: Portal) -> Portal:
    """Return a portal with people and histories, and names that are wide or long."""
    sizes = ("--people", "90", "--tokens", "12", "--trainings", "3", "--notify")
    portal.ok("seed", "--seed", "1", *sizes)
    wide = ("--first-name", "山田" * 12, "--last-name", "🙂" * 8 + " العربية " + "x" * 40)
    portal.ok("user", "create", "--login", "ada", "--email", "ada@example.com", *wide)
    portal.ok(
        "enroll",
        "--user",
        "ada",
        "--training",
        "first-aid-1:next",
        "--over-capacity",
        "--reason",
        "r",
    )
    portal.ok("enroll", "--user", "ada", "--content", "welcome", "--content", "first-week")
    changes = (
        "[settings]\npublic-url = 'https://learn.example.com/a/long/way/to/the/portal'\n"
        "[signup-profile.a-new-one]\nname = 'N'\ndepartment = 'Sales'\nends = 2030-01-01T10:00:00\n"
        "activations = 3\n[autoenroll.clients]\nsubdepartments = false\n"
    )
    portal.folder.joinpath("changes.toml").write_text(changes, encoding="utf-8")
    return portal


def words(line: str) -> Iterator[str]:
    """Yield what must be whole wherever it stands: codes, addresses, moments and numbers."""
    yield from re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2})?|[\w.]+@[\w.]+", line)


@pytest.mark.parametrize("read", READS)
def test_no_line_is_wider_than_the_terminal(seeded_portal: Portal, read: str) -> None:
    """No table is broken: no line too wide, no heading and no moment in two, no JSON in a cell."""
    for width in WIDTHS:
        ran = seeded_portal.ok(*read.split(), "-o", "table", COLUMNS=width)
        lines = ran.out.splitlines()
        too_wide = [line for line in lines if cell_len(line) > int(width)]
        assert too_wide == [], f"{read} at {width}"
        assert not re.search(r'[{\[]"', ran.out), f"{read} at {width}"
        headings = lines[0].split("  ") if len(lines) > 1 and lines[1].startswith("─") else []
        assert all("…" not in heading for heading in headings), f"{read} at {width}"
        assert not re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{0,2}…", ran.out)
        if not read.startswith(UNNAMED):
            keys = seeded_portal.ok(*read.split(), "-o", "id").out.splitlines()
            assert [key for key in keys if key not in ran.out] == [], f"{read} at {width}"


def test_every_command_that_shows_a_list_or_a_thing_is_read() -> None:
    """Of all that are in the tree itself: a new command that reads belongs into the list above."""
    every = {command for noun in nouns() for command in commands_of(noun)}
    reading = {one for one in every if one.split()[-1] not in CHANGING.split()}
    reading -= ELSEWHERE | INSTALLING
    assert reading == {one for one in every for read in READS if f"{read} ".startswith(f"{one} ")}


def test_the_zone_is_named_wherever_there_are_moments(seeded_portal: Portal) -> None:
    """Also when the first row has none, when only what stands above has some, and for days."""
    for read in (
        "learner catalog ada",
        "token history EXPO-0001",
        "training participants first-aid-1",
        "session show first-aid-1 next",
        "enrollment show --user ada --content welcome",
    ):
        ran = seeded_portal.ok(*read.split(), "-o", "table", COLUMNS="80")
        assert re.search("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", ran.out), read
        assert ran.err.count("Times are in ") == 1, read


def test_what_to_do_stands_below_what_is_wrong(seeded_portal: Portal) -> None:
    """Behind an arrow, when there is no room beside it."""
    (seeded_portal.folder / "lmsctl.toml").touch(0o666)
    seeded_portal.ok("token", "deactivate", "EXPO-0001")
    for width, arrow in (("80", "→ "), ("40", "→ ")):
        told = seeded_portal.ok("token", "explain", "EXPO-0001", "-o", "table", COLUMNS=width)
        assert f"                {arrow}An administrator" in told.out
        assert "REMEDY" not in told.out
    wide = seeded_portal.ok("token", "explain", "EXPO-0001", "-o", "table", COLUMNS="200")
    assert "REMEDY" in wide.out
    assert "→" not in wide.out
    dumb = seeded_portal.ok(
        "token", "explain", "EXPO-0001", "-o", "table", COLUMNS="80", TERM="dumb"
    )
    assert "-> An administrator" in dumb.out


def test_a_blank_column_makes_room_for_a_text(seeded_portal: Portal) -> None:
    """What is blank in every row goes before anything is cut, and is not missed."""
    told = seeded_portal.ok("learner", "courses", "ada", "-o", "table", COLUMNS="80")
    assert "The employee handbook" in told.out
    assert "SWITCH UNTIL" not in told.out
    assert "left out" not in told.err


def test_a_message_is_shown_in_its_lines(seeded_portal: Portal) -> None:
    """As it would arrive, and each line as harmless as every other text."""
    told = seeded_portal.ok("notification", "preview", "1", "-o", "table", COLUMNS="80").out
    assert "\\n" not in told
    assert re.search(r"^body +Hello .*,\n\n +your account is ready\.$", told, re.MULTILINE)


def test_a_table_in_a_pipe_is_whole(seeded_portal: Portal) -> None:
    """It has every row, is as wide as COLUMNS says, and has no colors unless they are forced."""
    ran = seeded_portal.ok("user", "list", "-o", "table", COLUMNS="200")
    assert len(ran.out.splitlines()) == 2 + 92
    assert "\x1b" not in ran.out
    forced = seeded_portal.ok("user", "list", "-o", "table", NO_COLOR="", FORCE_COLOR="1")
    assert "\x1b[1m" in forced.out


def test_what_is_not_shown_is_said_aside(seeded_portal: Portal) -> None:
    """At 80 columns some go, by their importance, and the way to see all is named."""
    ran = seeded_portal.ok("user", "list", "-o", "table", "--first", "3", COLUMNS="80")
    assert "STATUS" in ran.out
    assert "DEPARTMENT" not in ran.out
    assert "-o plain shows all" in ran.err
    wide = seeded_portal.ok("user", "list", "-o", "table", "--first", "3", COLUMNS="250")
    assert "DEPARTMENT" in wide.out
    assert "left out" not in wide.err


def test_a_dumb_terminal_gets_letters(seeded_portal: Portal) -> None:
    """No color, no sign and no bar that it could not show."""
    ran = seeded_portal.ok("token", "list", "-o", "table", TERM="dumb", COLUMNS="160")
    assert ran.out.isascii()
    assert "\x1b" not in ran.out


def test_states_have_a_sign_and_limits_a_bar(seeded_portal: Portal) -> None:
    """Nobody has to tell colors apart, and how full something is is seen at once."""
    shown = seeded_portal.ok("signup-profile", "show", "pilot", "-o", "table").out
    assert "✗ used-up" in shown
    assert "2 of 2 ████████" in shown
    assert "unlimited" in seeded_portal.ok("signup-profile", "show", "partners", "-o", "table").out
    assert "never" in seeded_portal.ok("signup-profile", "show", "partners", "-o", "table").out


def test_a_history_says_what_it_is_about(seeded_portal: Portal) -> None:
    """Above the people stand the profile, its window with the distance, its state and its use."""
    history = ("signup-profile", "history", "pilot")
    lines = seeded_portal.ok(*history, "-o", "table").out.splitlines()
    assert lines[0].split() == ["name", "Pilot"]
    told = {line[:12].strip(): line[12:].strip() for line in lines[: lines.index("")]}
    assert told["starts"].endswith("(90 days ago)")
    assert (told["ends"], told["state"]) == ("never", "✗ used-up")
    assert told["used"].startswith("2 of 2 ██")
    listed = seeded_portal.ok("signup-profile", "history", "pilot", "-o", "table")
    assert "2 confirmed." in listed.err
    assert (
        "name" not in seeded_portal.ok("signup-profile", "history", "pilot").out.splitlines()[0:1]
    )


def test_a_removed_account_is_called_so(seeded_portal: Portal) -> None:
    """Its activation stays, and nobody looks for a name that is gone."""
    listed = seeded_portal.ok("signup-profile", "history", "pilot", "-o", "json").json["items"]
    seeded_portal.ok("user", "delete", listed[0]["login"], "--yes")
    shown = seeded_portal.ok("signup-profile", "history", "pilot", "-o", "table").out
    assert "(removed account)" in shown


def test_participants_stand_below_their_sessions(seeded_portal: Portal) -> None:
    """How many places of each session are used is seen before who has them."""
    shown = seeded_portal.ok(
        "training", "participants", "first-aid-1", "-o", "table", COLUMNS="100"
    ).out
    sessions, people = shown.split("\n\n")
    assert "USED" in sessions
    assert "LOGIN" in people


def test_a_timeline_says_how_far_each_instant_is(seeded_portal: Portal) -> None:
    """In the training's own zone, whoever reads it."""
    entry = seeded_portal.ok("training", "timeline", "first-aid-1", "-o", "json").json[0]
    shown = seeded_portal.ok("training", "timeline", "first-aid-1", "-o", "table", COLUMNS="80")
    local = entry["local"][:16].replace("T", " ")
    assert re.search(rf"^{local} \(in [0-9]+ days\)  {entry['turn']}", shown.out, re.MULTILINE)


def test_registration_shows_how_full_the_plan_is(portal: Portal) -> None:
    """The owner's seat is counted with and without a limit."""
    show = ("registration", "show", "-o", "table")
    assert "1 of unlimited" in portal.ok(*show).out
    portal.ok("settings", "set", "plan.max-active-users=2")
    assert f"1 of 2 {'█' * 8}{'░' * 8}" in portal.ok(*show).out


def test_what_is_empty_says_what_is_missing(seeded_portal: Portal) -> None:
    """An empty history is told in a sentence about it."""
    seeded_portal.ok("content", "create", "--kind", "topic", "--code", "new", "--title", "N")
    seeded_portal.ok("token", "create", "--content", "new", "--code", "FRESH-1")
    ran = seeded_portal.ok("token", "history", "FRESH-1", "-o", "table")
    assert "Nobody has redeemed this token yet." in ran.err


# What answers with a change, with words, or with one thing and a list of another kind.
WITHOUT_COLUMNS = {
    "audit verify",
    "can-i user.manage",
    "config get output",
    "config path",
    "content link welcome",
    "db check",
    "doctor",
    "enrollment explain --user ada --training first-aid-1",
    "help",
    "help user create",
    "run show 1",
    "signup-profile explain partners",
    "token explain EXPO-0001",
    "version",
}


def test_the_columns_of_every_answer_are_offered(seeded_portal: Portal) -> None:
    """What a verb declares that it answers with is what it does answer with."""
    for read in READS:
        if read in WITHOUT_COLUMNS:
            continue
        offered = seeded_portal.ok(*read.split(), "--columns", "", _LMSCTL_COMPLETE="zsh").out
        told = seeded_portal.ok(*read.split(), "-o", "csv").out.splitlines()[0].split(",")
        assert set(told) <= set(offered.splitlines()[1:]), read
