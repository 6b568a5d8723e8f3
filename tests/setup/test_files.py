"""Setup files that are wrong: one error each, with its line, and nothing written."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit.errors import Refusal
from lmsctl.setup.rules.document import parse
from lmsctl.setup.rules.kinds import KINDS, PREVIOUS
from lmsctl.setup.rules.lines import lines_of
from tests.conftest import Portal
from tests.refusals import refused
from tests.setup.samples import WHOLE, put

# A file, the code of the refusal, the line, and something that is said.
WRONG = {
    "no TOML": ("[token\n", "setup_not_toml", 1, "not TOML"),
    "no TOML further down": ('[token.A]\nlimit = 3\nexpires = "x\n', "setup_not_toml", 3, "TOML"),
    "a key twice": ("[token.A]\nlimit = 3\nlimit = 4\n", "setup_not_toml", 3, "TOML"),
    "an unknown kind": ("[tokens.A]\n", "setup_key_unknown", 1, "'token'"),
    "an unknown field": (
        "[token.A]\ncontent = 'c'\n\nlimt = 3\n",
        "setup_key_unknown",
        4,
        "'limit'",
    ),
    "an unknown field of a day": (
        "[training.t]\ntitle = 'T'\n[training.t.session.s]\ndays = [\n  { begins = 3 },\n]\n",
        "setup_value_wrong",
        4,
        "'begins'",
    ),
    "a session without its training": ("[session.s]\n", "setup_key_unknown", 1, "session"),
    "a value where tables stand": ("[token]\nA = 3\n", "setup_value_wrong", 2, "token.A"),
    "a kind that is no table": ("token = 3\n", "setup_value_wrong", 1, "token"),
    "a number that is a text": (
        "[token.A]\nlimit = '3'\n",
        "setup_value_wrong",
        2,
        "token.A.limit",
    ),
    "a truth as a number": ("[token.A]\nlimit = true\n", "setup_value_wrong", 2, "unlimited"),
    "zero": ("[token.A]\nlimit = 0\n", "setup_value_wrong", 2, "at least 1"),
    "a word": ("[token.A]\ncreates = 'staf'\n", "setup_value_wrong", 2, "staff"),
    "a time": ("[token.A]\nexpires = 'soon'\n", "setup_value_wrong", 2, "soon"),
    "a list with one twice": (
        "[role.r]\npermissions = ['a', 'A']\n",
        "setup_value_wrong",
        2,
        "twice",
    ),
    "an audience": ("[content.c]\ncatalog = ['people:x']\n", "setup_value_wrong", 2, "people:x"),
    "no domain": ("[token.A]\ndomains = []\n", "setup_value_wrong", 2, "any"),
    "two spellings of one name": (
        "[token.A]\n[content.c]\n[token.a]\n",
        "setup_name_twice",
        3,
        "line 1",
    ),
    "something new without what it needs": (
        "[settings]\n[token.A]\nlimit = 3\n",
        "setup_field_missing",
        2,
        "content",
    ),
    "a zone": ("[settings]\n\ntime-zone = 'Mars'\n", "setup_value_wrong", 3, "IANA"),
    "a department that is not there": (
        "[group.g]\ndepartment = 'Nowhere'\n",
        "department_unknown",
        1,
        "Nowhere",
    ),
    "content that is not there": ("[token.A]\ncontent = 'c'\n", "content_unknown", 1, "'c'"),
    "a folder in itself": (
        "[content.f]\nkind = 'folder'\ntitle = 'F'\nfolder = 'f'\n",
        "folder_in_itself",
        1,
        "within it",
    ),
}


def refusal_of(text: str) -> Refusal | None:
    """Return why a text cannot be a setup file, whatever the portal holds; None if it can."""
    try:
        parse(text, "f.toml")
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_with_its_line(portal: Portal, wrong: str) -> None:
    """A wrong file is one error with line and key, for diff and apply, and nothing is changed."""
    text, code, line, said = WRONG[wrong]
    file = str(put(portal, text))
    status = 4 if code in {"department_unknown", "content_unknown"} else 6
    # What no portal could take is refused before the portal is asked, which logs it.
    audited = int(refusal_of(text) is None)
    error = refused(portal, "apply", file, "--yes", code=code, status=status, audited=audited)
    assert error["location"]["file"] == file
    assert error["location"]["line"] == line
    assert said in error["message"] + error["hint"]
    if code.startswith("setup_"):
        assert portal.refused("diff", file) == code


def test_a_fixed_field_stays(portal: Portal) -> None:
    """What a thing is made with for good is not changed, and the line is told."""
    text = "[content.c]\nkind = 'topic'\ntitle = 'C'\n"
    portal.ok("apply", str(put(portal, text)), "--yes")
    file = str(put(portal, text.replace("topic", "course")))
    error = refused(portal, "apply", file, "--yes", code="setup_field_fixed")
    assert error["location"]["line"] == 2


def test_a_session_keeps_its_days_and_its_end(portal: Portal) -> None:
    """Neither can days of a session be taken away, nor a canceled one be brought back."""
    portal.ok("apply", str(put(portal, WHOLE)), "--yes")
    fewer = WHOLE.replace('    { starts = "2026-04-02 09:00", duration = "8h" },\n', "")
    refused(portal, "apply", str(put(portal, fewer)), "--yes", code="setup_days_fewer")
    again = WHOLE.replace("canceled = true", "canceled = false")
    file = str(put(portal, again))
    refused(portal, "apply", file, "--yes", code="setup_session_revived")


def test_a_file_that_is_not_there(portal: Portal) -> None:
    """A missing file, a folder and what is no text are refused by name."""
    (portal.folder / "binary.toml").write_bytes(b"\xff\xfe\x00")
    for file in ("absent.toml", ".", "binary.toml"):
        assert portal.refused("diff", file) == "setup_unreadable"


def test_a_file_of_another_editor_is_read(portal: Portal) -> None:
    """A byte-order mark and line ends of Windows do not count, and standard input is a file."""
    text = "\ufeff" + "[group.beta]\n[group.alpha]\n".replace("\n", "\r\n")
    portal.ok("apply", "-", "--yes", stdin=text)
    names = [row["name"] for row in portal.ok("group", "list", "-o", "json").json]
    assert names == ["alpha", "beta"]


@settings(deadline=None)
@given(st.integers(0, len(WHOLE)))
def test_any_beginning_of_a_file_is_a_file_or_one_error(length: int) -> None:
    """Cut off anywhere, a file is read or refused with a line that it has."""
    text = WHOLE[:length]
    refusal = refusal_of(text)
    if refusal is not None:
        assert refusal.code.startswith("setup_")
        assert refusal.location is not None
        assert 1 <= (refusal.location.line or 0) <= text.count("\n") + 1


def _places() -> list[tuple[int, str]]:
    """Return every key of the sample: where it begins, and itself."""
    keys = {field for kind in KINDS.values() for field in kind.fields} | set(KINDS) | {PREVIOUS}
    found, at = [], 0
    for line in WHOLE.splitlines(keepends=True):
        word = line.lstrip("[").split("=")[0].split(".")[0].split("]")[0].strip()
        if word in keys and line[:1] in {"[", word[:1]}:
            found.append((at + line.index(word), word))
        at += len(line)
    return found


@pytest.mark.parametrize(("at", "word"), _places())
def test_any_key_misspelled_is_told_with_the_nearest(at: int, word: str) -> None:
    """Whichever key is misspelled, the line and the right word are told."""
    text = WHOLE[:at] + word + "x" + WHOLE[at + len(word) :]
    with pytest.raises(Refusal) as caught:
        parse(text, "f.toml")
    assert caught.value.code == "setup_key_unknown"
    assert caught.value.location is not None
    assert caught.value.location.line == WHOLE[:at].count("\n") + 1
    assert caught.value.values["nearest"] == word


_KEYS = st.text("abc.\"'= #[]{}\\é", max_size=4)
_PLAIN = st.one_of(
    st.integers(0, 9),
    st.booleans(),
    st.text("ab\"'#[]{}=\\\n\t é", max_size=8),
    st.lists(st.text("ab\"'#]}", max_size=4), max_size=3),
)
_TABLES = st.recursive(
    st.dictionaries(_KEYS, _PLAIN, max_size=3),
    lambda inner: st.dictionaries(_KEYS, st.one_of(inner, _PLAIN), max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(_TABLES)
def test_every_key_has_its_line(tables: dict[str, object]) -> None:
    """Whatever keys and values look like, each key is found, in a line that has something."""
    import tomli_w

    text = tomli_w.dumps(tables, multiline_strings=True)
    found = lines_of(text)
    lines = text.split("\n")

    def check(table: dict[str, object], path: tuple[str, ...]) -> None:
        for key, value in table.items():
            here = (*path, key)
            is_header = (
                isinstance(value, dict)
                and value
                and all(isinstance(item, dict) for item in value.values())
            )
            assert here in found or is_header
            if here in found:
                assert lines[found[here] - 1].strip()
            if isinstance(value, dict):
                check(value, here)

    check(tomllib.loads(text), ())
