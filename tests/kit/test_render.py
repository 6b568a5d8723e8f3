"""Every format, byte for byte; columns, order and number; nothing obeys people's text."""

import io
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lmsctl.kit import cells, render
from lmsctl.kit.answer import DetailWithList, Done, Listing, Text
from lmsctl.kit.errors import Location, Rejected
from lmsctl.kit.table_data import ColumnUnknown, View

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Size(StrEnum):
    """Something closed."""

    SMALL = "small"


@dataclass(frozen=True)
class Thing:
    """One of everything a result may hold."""

    KEY = "name"
    TABLE = ("name", "made_at", "is_new")

    id: int
    name: str
    made_at: datetime | None = NOON
    ends_on: date | None = date(2026, 3, 4)
    is_new: bool = True
    size: Size = Size.SMALL
    tags: list[str] = field(default_factory=lambda: ["a", "b"])
    extra: dict[str, Any] = field(default_factory=dict)


THINGS = [Thing(1, "Ünï"), Thing(2, "=1+1", None, None, is_new=False, tags=[], extra={"k": 1})]


def shown(answer: Any, output: str = "auto", **view: Any) -> tuple[str, list[str]]:
    """Return what is written, and what is said aside."""
    out = io.StringIO()
    said: list[str] = []
    render.render(answer, View(output, **view), out, said.append)
    return out.getvalue(), said


def listing(hidden: int | None = None) -> Listing[Thing]:
    """Return both things."""
    return Listing(Thing, iter(THINGS), hidden)


PLAIN = (
    "id\tname\tmade_at\tends_on\tis_new\tsize\ttags\textra\n"
    "1\tÜnï\t2026-03-02T12:00:00Z\t2026-03-04\tyes\tsmall\ta, b\t\n"
    '2\t=1+1\t\t\tno\tsmall\t\t{"k": 1}\n'
)
FIRST = (
    '{"id": 1, "name": "Ünï", "made_at": "2026-03-02T12:00:00Z", "ends_on": "2026-03-04",'
    ' "is_new": true, "size": "small", "tags": ["a", "b"], "extra": {}}'
)
SECOND = (
    '{"id": 2, "name": "=1+1", "made_at": null, "ends_on": null,'
    ' "is_new": false, "size": "small", "tags": [], "extra": {"k": 1}}'
)
CSV = (
    "id,name,made_at,ends_on,is_new,size,tags,extra\r\n"
    '1,Ünï,2026-03-02T12:00:00Z,2026-03-04,yes,small,"a, b",\r\n'
    '2,\'=1+1,,,no,small,,"{""k"": 1}"\r\n'
)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("auto", PLAIN),
        ("plain", PLAIN),
        ("json", f"[\n{FIRST},\n{SECOND}]\n"),
        ("jsonl", f"{FIRST}\n{SECOND}\n"),
        ("csv", CSV),
        ("id", "Ünï\n=1+1\n"),
        ("off", ""),
    ],
)
def test_a_list_in_every_format_off_a_terminal(output: str, expected: str) -> None:
    """Pipes get complete, uncut rows."""
    assert shown(listing(), output) == (expected, [])


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("plain", "id\tname\tmade_at\tends_on\tis_new\tsize\ttags\textra\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("csv", "id,name,made_at,ends_on,is_new,size,tags,extra\r\n"),
        ("id", ""),
        ("off", ""),
    ],
)
def test_an_empty_list_is_an_answer(output: str, expected: str) -> None:
    """Nothing found is no error and no prose on standard output."""
    assert shown(Listing(Thing, []), output) == (expected, [])


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("json", f"{FIRST}\n"),
        ("jsonl", f"{FIRST}\n"),
        ("plain", PLAIN[: PLAIN.index("2\t=1+1")]),
        ("csv", CSV[: CSV.index("2,'")]),
        ("id", "Ünï\n"),
        ("off", ""),
    ],
)
def test_one_thing_in_every_format(output: str, expected: str) -> None:
    """JSON of one thing is an object; the others are a list of one."""
    assert shown(THINGS[0], output) == (expected, [])


def test_a_listing_with_hidden_rows_is_the_one_list_that_is_an_object() -> None:
    """JSON has items and hidden; every other format says the number aside, and leaks no more."""
    assert json.loads(shown(listing(hidden=3), "json")[0]) == {
        "items": [json.loads(FIRST), json.loads(SECOND)],
        "hidden": 3,
    }
    assert shown(listing(hidden=0), "json")[0].endswith('], "hidden": 0}\n')
    for output in ("plain", "csv", "jsonl", "id"):
        assert shown(listing(hidden=3), output)[1] == ["3 more are hidden from you."]
    assert shown(listing(hidden=0), "plain")[1] == []


def test_a_thing_with_a_list_of_its_own_keeps_it_in_json() -> None:
    """Other formats show the list and say the rest aside."""
    headed = DetailWithList(THINGS[0], "parts", Listing(Thing, [THINGS[1]]), "Two \x1b[1mthings.")
    assert json.loads(shown(headed, "json")[0])["parts"] == [json.loads(SECOND)]
    headed = DetailWithList(THINGS[0], "parts", Listing(Thing, [THINGS[1]]), "Two \x1b[1mthings.")
    assert shown(headed, "id") == ("=1+1\n", ["Two \\x1b[1mthings."])


def test_words_for_a_person_are_printed_as_they_are() -> None:
    """A help topic ends with exactly one line break, in every format but off."""
    assert shown(Text("Words.\n\n"), "json")[0] == "Words.\n"
    assert shown(Text("Words."), "off")[0] == ""


# Columns, order, number --------------------------------------------------------------------------


def test_columns_choose_and_order_the_columns() -> None:
    """In the order asked for; hyphens and case do not matter."""
    assert shown(listing(), "csv", columns="Is-New, id")[0] == "is_new,id\r\nyes,1\r\nno,2\r\n"
    assert shown(listing(), "jsonl", columns="id")[0] == '{"id": 1}\n{"id": 2}\n'
    assert shown(listing(), "plain", columns="id", has_headers=False)[0] == "1\n2\n"


@pytest.mark.parametrize("given", ["nam", "", "id,,name", "id;name"])
def test_an_unknown_column_names_the_legal_ones(given: str) -> None:
    """With the nearest one, and also where there is nothing to show."""
    with pytest.raises(ColumnUnknown) as caught:
        shown(Listing(Thing, []), "csv", columns=given)
    assert (
        "Columns: id, name, made_at, ends_on, is_new, size, tags, extra."
        in caught.value.format_hint()
    )
    assert ("Did you mean 'name'?" in caught.value.format_hint()) == (
        "nam" in given and ",," not in given
    )


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("id", [1, 2, 3]),
        ("-id", [3, 2, 1]),
        ("name", [2, 3, 1]),
        ("size,-id", [3, 2, 1]),
        ("made_at", [1, 3, 2]),
        ("-made-at", [2, 3, 1]),
        ("tags,id", [2, 1, 3]),
        ("extra,id", [1, 3, 2]),
    ],
)
def test_rows_are_ordered_by_columns_of_any_kind(sort: str, ids: list[int]) -> None:
    """Case does not count; what is missing comes last, or first when descending."""
    third = Thing(3, "alpha", NOON.replace(hour=13))
    order = shown(Listing(Thing, [*THINGS, third]), "plain", columns="id", sort=sort)[0]
    assert order.split()[1:] == [str(number) for number in ids]


def test_a_column_of_numbers_and_texts_can_be_ordered() -> None:
    """Settings hold both."""

    @dataclass
    class Setting:
        value: Any

    rows = [Setting("b"), Setting(None), Setting(5), Setting(True), Setting([1]), Setting("A")]
    ordered = shown(Listing(Setting, rows), "plain", sort="value")[0].split("\n")[1:-1]
    assert ordered == ["yes", "5", "1", "A", "b", ""]


def test_first_takes_rows_after_ordering_and_stops_reading() -> None:
    """A long list is not read to its end."""

    def endless() -> Any:
        yield from THINGS
        pytest.fail("read on")

    assert shown(Listing(Thing, endless()), "id", first=2)[0] == "Ünï\n=1+1\n"
    assert shown(listing(), "id", sort="-id", first=1)[0] == "=1+1\n"
    assert shown(listing(), "id", first=0)[0] == ""


@pytest.mark.parametrize(
    "answer",
    [
        Thing(1, "x"),
        Listing(Thing, []),
        Done(Thing(1, "x"), "Done."),
        Done(Listing(Thing, []), "Done."),
        DetailWithList(Thing(1, "x"), "parts", Listing(Thing, []), "Said."),
    ],
)
def test_columns_can_be_checked_before_anything_is_shown(answer: object) -> None:
    """So that a change whose answer cannot be shown is not made."""
    render.check(answer, columns="name", sort="-id")
    for wrong in ({"columns": "nam", "sort": None}, {"columns": None, "sort": "nam"}):
        with pytest.raises(ColumnUnknown):
            render.check(answer, **wrong)


# The table ---------------------------------------------------------------------------------------


def table(answer: Any, **view: Any) -> tuple[list[str], list[str]]:
    """Return the lines of a table without blanks at their ends, and what is said aside."""
    text, said = shown(answer, width=60, **view)
    return [line.rstrip() for line in text.splitlines()], said


def test_a_table_shows_few_columns_in_the_zone_of_the_portal() -> None:
    """Moments are local there, and only there."""
    lines, said = table(listing(), zone=ZoneInfo("Europe/Berlin"))
    assert lines == [
        "NAME  MADE              NEW",
        "───────────────────────────",
        "Ünï   2026-03-02 13:00  yes",
        "=1+1                    no",
    ]
    assert said == ["Times are in Europe/Berlin."]
    assert shown(listing(), "csv", width=60, zone=ZoneInfo("Europe/Berlin"))[0] == CSV


def test_one_thing_is_a_column_of_labels_without_what_is_missing() -> None:
    """Every field that holds something, one a line; a field that is asked for shows anyway."""
    lines, _ = table(THINGS[1])
    assert [" ".join(line.split()) for line in lines] == [
        "id 2",
        "name =1+1",
        "new no",
        "size small",
        "extra k: 1",
    ]
    assert table(THINGS[1], columns="made_at,id")[0] == ["made", "id    2"]


def test_a_table_shows_fifty_rows_and_says_how_many_more() -> None:
    """Whoever asks for more rows gets them."""
    many = [Thing(number, f"n{number}") for number in range(73)]
    lines, said = table(Listing(Thing, many), columns="name")
    assert lines[-1] == "n49"
    assert said == ["23 more; use -o plain, json or csv to see all."]
    lines, said = table(Listing(Thing, many), columns="name", first=60)
    assert (lines[-1], said) == ("n59", [])


def test_an_empty_table_says_so_aside() -> None:
    """Standard output stays empty."""
    assert shown(Listing(Thing, [], when_empty="None."), width=60) == ("", ["None."])


def test_a_table_can_do_without_its_heading() -> None:
    """With --no-headers."""
    assert table(listing(), columns="id", has_headers=False)[0] == [" 1", " 2"]


def test_color_is_left_out_unless_wanted() -> None:
    """No escape sequence of our own either."""
    assert "\x1b" not in shown(listing(), width=60)[0]
    assert "\x1b[1m" in shown(THINGS[0], width=60, color=True)[0]


def test_wide_characters_do_not_break_the_columns() -> None:
    """Ideographs and emoji take two cells."""
    rows = [Thing(1, "山田太郎"), Thing(2, "🙂"), Thing(3, "abc")]
    lines, _ = table(Listing(Thing, rows), columns="name,id")
    assert lines[2:] == ["山田太郎   1", "🙂         2", "abc        3"]


# People's text -----------------------------------------------------------------------------------

EVIL = "[/bold]\x1b[31m\x1b]52;c;eA==\x07\x9b2J\u202eabc\u2066\u2028\n\r\t\x00\x7f\ud800"
HARMLESS = (
    "[/bold]\\x1b[31m\\x1b]52;c;eA==\\x07\\x9b2J\\u202eabc\\u2066\\u2028\\n\\r\\t\\x00\\x7f\\ud800"
)


@pytest.mark.parametrize("width", [None, 300])
@pytest.mark.parametrize("output", ["auto", "plain", "table", "id", "json", "jsonl"])
def test_text_of_people_is_shown_and_never_obeyed(output: str, width: int | None) -> None:
    """Markup, escapes, C1 controls, clipboard sequences and direction overrides."""
    written = shown(Thing(1, EVIL), output, columns="name", width=width)[0]
    if output.startswith("json"):
        assert json.loads(written) == {"name": EVIL}
        assert not set(written.removesuffix("\n")) & set(
            EVIL[7:].replace("abc", "").translate(_KEEP)
        )
    else:
        assert HARMLESS in written.replace("\n      ", "")


_KEEP = {ord(character): None for character in "[31m]52;c;eA==2J"}


def test_csv_on_a_terminal_is_harmless_and_in_a_file_unchanged() -> None:
    """RFC 4180 quotes what a file holds; a terminal would obey it."""
    assert "\x1b" not in shown(Thing(1, EVIL), "csv", width=80)[0]
    assert "\x1b[31m" in shown(Thing(1, EVIL), "csv")[0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "＝1", "'=1", "\tx"])
def test_csv_runs_no_formula_wherever_the_text_stands(text: str) -> None:
    """Also in a list of names; numbers, moments and days stay as they are."""
    row = shown(Thing(-1, text, tags=[text]), "csv", columns="id,name,tags")[0].split("\r\n")[1]
    assert row.replace('"', "") == f"-1,'{text},'{text}"


# Refusals ----------------------------------------------------------------------------------------


class SomeRefusal(Rejected):
    """Something to refuse with."""

    code = "sour"
    message = "'{name}' is sour at {when}."
    hint = "Sweeten {name}."


def test_a_refusal_is_a_sentence_its_details_and_a_hint() -> None:
    """Moments in the portal's zone; people's text harmless."""
    inner = SomeRefusal(name="b", when=NOON)
    refusal = SomeRefusal(name="\x1b]0;x", when=NOON, details=[inner])
    assert list(cells.error_lines(refusal, ZoneInfo("Europe/Berlin"))) == [
        "error: '\\x1b]0;x' is sour at 2026-03-02T13:00:00+01:00.",
        "  - 'b' is sour at 2026-03-02T13:00:00+01:00. Sweeten b.",
        "hint: Sweeten \\x1b]0;x.",
    ]


def test_a_refusal_as_an_object_has_every_key() -> None:
    """Always the same keys, so that scripts need not look whether they are there."""
    place = Location("people.csv", row=3, line=4, column="Email")
    made = cells.error_object(SomeRefusal(name="b", when=NOON, field="name", location=place))
    assert made == {
        "code": "sour",
        "class": "rejected",
        "exit_code": 6,
        "message": "people.csv, row 3, line 4, column Email: 'b' is sour at"
        " 2026-03-02T12:00:00+00:00.",
        "hint": "Sweeten b.",
        "retryable": False,
        "field": "name",
        "location": {"file": "people.csv", "row": 3, "line": 4, "column": "Email"},
        "details": [],
    }
