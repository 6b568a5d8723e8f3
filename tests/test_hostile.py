"""What people and programs type that could break something: each with its exact verdict."""

import csv
import io
import json
from typing import Any

import pytest

from lmsctl.kit import csvout
from tests.conftest import Portal
from tests.terminals import on_terminal

ESC, OSC52, C1, BIDI, LINE = "\x1b[31m", "\x1b]52;c;eA==\x07", "\x9b2J", "\u202e", "\u2028"
HALF = "\udcff"  # what Python makes of a byte that is no UTF-8

OK: tuple[int, str | None] = (0, None)
NO_TEXT = (6, "text_character_forbidden")
EMPTY = (6, "text_empty")
TOO_LONG = (6, "text_too_long")
NO_ADDRESS = (6, "email_invalid")
UNDECODABLE = (2, "argument_undecodable")
NOBODY = (4, "user_unknown")
NOWHERE = (4, "department_unknown")

# A first name, and what becomes of it.
NAMES = [
    ("[/bold]", OK),
    ("[red]x[/red]", OK),
    ("=1+1", OK),
    ("@SUM(A1)", OK),
    ("'=1+1", OK),
    ("-2", OK),
    ("\\x1b[31m", OK),
    ("%s %(x)s {0} {x}", OK),
    ("'; DROP TABLE users; --", OK),
    ('"quoted", and; separated', OK),
    (":name IN :list", OK),
    ("山田", OK),
    ("مرحبا", OK),
    ("👩‍👩‍👧", OK),
    ("Zoë", OK),
    ("x" * 255, OK),
    ("null", OK),
    ("--help", OK),
    (f"A{ESC}", NO_TEXT),
    (f"A{OSC52}", NO_TEXT),
    (f"A{C1}", NO_TEXT),
    (f"A{BIDI}B", NO_TEXT),
    (f"A{LINE}B", NO_TEXT),
    ("A\nB", NO_TEXT),
    ("A\tB", NO_TEXT),
    ("A\x7f", NO_TEXT),
    ("A\0B", UNDECODABLE),
    (f"A{HALF}", UNDECODABLE),
    ("", EMPTY),
    ("\u200b \u00a0", EMPTY),
    ("x" * 256, TOO_LONG),
    ("x" * 10_000, TOO_LONG),
]
LOGINS = [
    ("ünï", OK),
    ("a/b", OK),
    ("12345", OK),
    ("a%b_c", OK),
    ("none", OK),
    ("x" * 254, OK),
    ("OWNER", (5, "login_taken")),
    ("\uff4fwner", OK),
    ("a b", (6, "login_invalid")),
    ("-rf", (6, "login_invalid")),
    ("a\x1b", NO_TEXT),
    ("a\u2066b", NO_TEXT),
    ("", EMPTY),
    ("x" * 255, TOO_LONG),
    (HALF, UNDECODABLE),
]
ADDRESSES = [
    ("o'brien+tag@corp.com", OK),
    ("ünï@corp.com", OK),
    ("=?utf-8?q?v=40evil.com=20=2c?=x@corp.com", NO_ADDRESS),
    ('"a b"@corp.com', NO_ADDRESS),
    ("a(comment)@corp.com", NO_ADDRESS),
    ("Anna <anna@corp.com>", NO_ADDRESS),
    ("a@b@corp.com", NO_ADDRESS),
    ("a@corp.com,b@evil.com", NO_ADDRESS),
    ("a@corp.com\nBcc: b@evil.com", NO_ADDRESS),
    ("a\x00@corp.com", UNDECODABLE),
    (f"a{BIDI}@corp.com", NO_ADDRESS),
    ("a@[127.0.0.1]", NO_ADDRESS),
    ("a@localhost", NO_ADDRESS),
    ("@corp.com", NO_ADDRESS),
    (f"{'x' * 65}@corp.com", NO_ADDRESS),
    (f"{'x' * 60}@{'y' * 200}.com", NO_ADDRESS),
    (f"a{HALF}@corp.com", UNDECODABLE),
]
PEOPLE = (
    [((f"--first-name={text}", "--last-name=L", "--login=l"), ends) for text, ends in NAMES]
    + [((f"--login={text}", "--first-name=F", "--last-name=L"), ends) for text, ends in LOGINS]
    + [((f"--email={text}", "--first-name=F", "--last-name=L"), ends) for text, ends in ADDRESSES]
)  # fmt: skip

# A whole command line, and how it ends.
LINES: list[tuple[tuple[str, ...], tuple[int, str | None]]] = [
    (("department", "create", "a/b"), (6, "department_name_invalid")),
    (("department", "create", "%_"), OK),
    (("department", "create", "1"), OK),
    (("department", "create", "A", "--code", "a b"), (6, "code_invalid")),
    (("department", "create", "A", "--code", "-x"), (6, "code_invalid")),
    (("department", "create", "A", "--code", "x" * 65), (6, "code_invalid")),
    (("department", "create", "A", "--code", BIDI), (6, "code_invalid")),
    (("department", "create", "A", "--parent", "../.."), NOWHERE),
    (("department", "show", ""), NOWHERE),
    (("department", "show", "/".join("x" * 5000)), NOWHERE),
    (("department", "show", "A\0"), UNDECODABLE),
    (("department", "show", "%"), NOWHERE),
    (("department", "show", "9" * 30), NOWHERE),
    (("department", "show", "١"), NOWHERE),
    (("department", "show", HALF), UNDECODABLE),
    (("user", "show", "' OR 1=1 --"), NOBODY),
    (("user", "show", "9" * 18), NOBODY),
    (("user", "show", "9" * 400), NOBODY),
    (("user", "show", "٣"), NOBODY),
    (("user", "show", f"a{ESC}"), NOBODY),
    (("user", "show", "a\0b"), UNDECODABLE),
    (("user", "list", "--search", "%' OR 1"), OK),
    (("user", "list", "--search", "\0"), UNDECODABLE),
    (("user", "list", "--group", "'"), (4, "group_unknown")),
    (("user", "list", "--columns", "login;drop"), (2, "column_unknown")),
    (("user", "list", "--sort", "--login"), (2, "column_unknown")),
    (("user", "list", "--first", "9" * 30), (2, "first_wrong")),
    (("user", "list", "--tz", "../../etc/passwd"), (2, "time_zone_unknown")),
    (("user", "list", "--tz", "UTC\0"), UNDECODABLE),
    (("user", "list", "--as", "owner'"), (4, "actor_unknown")),
    (("user", "edit", "owner", "--if-version", "9" * 30), (5, "version_stale")),
    (("user", "edit", "owner", "--field", "=x"), (2, "field_not_assigned")),
    (("user", "edit", "owner", "--field", "nobody=x"), (4, "field_unknown")),
    (("user", "edit", "owner", "--field", "Badge=" + "9" * 10_000), TOO_LONG),
    (("user", "edit", "owner", "--field", f"Badge={ESC}"), NO_TEXT),
    (("user", "edit", "owner", "--field", "Badge==1+1"), OK),
    (("user", "deactivate", "owner", "--on", "31/12/2026"), (2, "date_not_year_first")),
    (("user", "deactivate", "owner", "--on", "99999-01-01"), (2, "time_out_of_range")),
    (("user", "deactivate", "owner", "--on", "2026-02-30"), (2, "time_not_on_calendar")),
    (("user", "deactivate", "owner", "--on", "+99999999y"), (2, "time_out_of_range")),
    (("field", "create", "a=b"), (6, "field_name_reserved")),
    (("field", "create", "E-mail"), OK),
    (("field", "create", "Login"), (6, "field_name_reserved")),
    (("settings", "set", "plan.max-active-users=" + "9" * 30), (6, "setting_value_wrong")),
    (("settings", "set", "time-zone=Mars/Olympus"), (2, "time_zone_unknown")),
    (("settings", "set", f"name={OSC52}"), NO_TEXT),
    (("audit", "list", "--since", "never"), OK),
    (("audit", "list", "--target", "'"), OK),
    (("notification", "preview", "9" * 30), (4, "message_unknown")),
    (("notification", "preview", "-1"), (2, "usage")),
    (("nonsense\0",), UNDECODABLE),
    (("department", "create", "A", "-o", "xml"), (2, "output_unknown")),
]


def verdict(portal: Portal, *argv: str) -> tuple[int, str | None]:
    """Run a command line and return its exit status and the code of its refusal."""
    ran = portal.run(*argv, "-o", "json") if "-o" not in argv else portal.run("-ojson", *argv)
    assert "Traceback" not in ran.err
    assert not set(ran.err) & set(ESC[0] + C1[0] + BIDI + LINE + "\0")
    if "-o" in argv:
        return ran.status, "output_unknown"
    return ran.status, ran.code if ran.status else None


def name(case: Any) -> str:
    """Return a short name for a case."""
    text = ascii(case if isinstance(case, str) else " ".join(map(str, case)))
    return text[:60]


@pytest.mark.parametrize(("options", "expected"), PEOPLE, ids=name)
def test_a_person_of_hostile_texts_is_refused_or_kept_as_given(
    portal: Portal, options: tuple[str, ...], expected: tuple[int, str | None]
) -> None:
    """The same verdict on both databases; what is accepted comes back unchanged, and harmless."""
    assert verdict(portal, "user", "create", *options) == expected
    if expected != OK:
        assert portal.value("SELECT count(*) FROM users") == 1
        return
    field, text = options[0].removeprefix("--").split("=", 1)
    column = field.replace("-", "_")
    person = portal.ok("user", "list", "--sort=-id", "--first=1", "-o", "json").json[0]
    assert person[column] == text
    listing = ("user", "list", "--columns", column, "--sort=-id", "--first=1")
    assert portal.ok(*listing, "-o", "plain", "--no-headers").out == f"{text}\n"
    (cell,) = next(csv.reader(io.StringIO(portal.ok(*listing, "-o", "csv", "--no-headers").out)))
    assert csvout.unguard(cell) == text
    assert cell[0] not in "=+-@"


@pytest.mark.parametrize(("argv", "expected"), LINES, ids=name)
def test_a_hostile_command_line_ends_as_it_should(
    portal: Portal, argv: tuple[str, ...], expected: tuple[int, str | None]
) -> None:
    """With its own status and code, never with a bug of ours, and the same on both databases."""
    portal.ok("field", "create", "Badge")
    assert verdict(portal, *argv) == expected


def test_a_real_terminal_is_told_nothing_it_would_obey(portal: Portal) -> None:
    """What was typed comes back in refusals, and what is stored in tables."""
    for text in (ESC, OSC52, C1, BIDI, "[bold]x[/bold]"):
        seen = on_terminal(portal, "user", "show", f"who{text}").out
        assert "There is no user 'who" in seen
        assert not set(seen) & {"\x1b", "\x9b", "\x07", BIDI}
    portal.ok("user", "create", "--login=a", "--first-name=[/bold]", "--last-name=[red]x")
    assert "[/bold]" in on_terminal(portal, "user", "list").out
    assert "[red]x" in on_terminal(portal, "user", "show", "a").out


def test_what_was_refused_is_harmless_in_the_audit_log(portal: Portal) -> None:
    """The target of a refusal repeats what was typed."""
    assert portal.run("department", "delete", f"x{ESC}{BIDI}").status == 4
    log = portal.ok("audit", "list", "--verdict", "refused", "-o", "json")
    assert json.loads(log.out)[0]["target"] == f"department x{ESC}{BIDI}"
    assert not set(log.out) & {ESC[0], BIDI}
    assert ESC[0] not in portal.ok("audit", "list", "-o", "plain").out
