"""Thousands of files that no program should ever have written: one clear refusal each."""

import random  # noqa: TID251 - the same files each time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from tests.conftest import Portal
from tests.tokens import create_items

SEED = 20261122
FEW, MANY = 100, 2_000

# A proper file of each kind, in the rows that a spreadsheet would have.
FILES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("token", "bulk-upload"): (
        "Token id,Knowledge,Knowledge code,Token,Token label,Creates,Limit,Expires,Active",
        ",The topic,topic,,Straße,prospect,10,31/03/2026,Yes",
        ',"The ""best"" article",article,,"Messe, Köln",staff,,2026-04-01T10:00:00+02:00,no',
    ),
    ("user", "import"): (
        "Login,First name,Last name,Email,Department,Type,Status,Group,Add to group,Supervisor",
        ",Jürgen,Müller,jm@example.com,,client,active,none,,inherited",
        'zoë,Zoë,"O\'Neil, Jr.",,,staff,,,,',
    ),
}

Mutation = Callable[[random.Random, bytes], bytes]


def truncated(chance: random.Random, data: bytes) -> bytes:
    """Cut off anywhere, inside a character or a quoted cell too."""
    return data[: chance.randrange(len(data))]


def ragged(chance: random.Random, data: bytes) -> bytes:
    """Put in a comma too many, or take one away."""
    at = chance.choice([index for index, byte in enumerate(data) if byte == ord(",")])
    return data[:at] + (b",," if chance.random() < 0.5 else b"") + data[at + 1 :]


def recoded(chance: random.Random, data: bytes) -> bytes:
    """Change the encoding, with or without a mark."""
    text = data.decode(errors="replace")
    encoding = chance.choice(["cp1252", "latin-1", "utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
    return text.encode(encoding, errors="replace")


def sprinkled(chance: random.Random, data: bytes) -> bytes:
    """Put in a byte that has no business there: NUL, ESC, a stray half of a character, bare CR."""
    at = chance.randrange(len(data))
    stray = [b"\0", b"\x1b[2J", b"\xff", b"\xc3", b"\r", b"\n", b"\t", b"\x85", b"\xe2\x80\xae"]
    return data[:at] + chance.choice(stray) + data[at:]


def quoted(chance: random.Random, data: bytes) -> bytes:
    """Put in a quote that nobody closes or opens."""
    at = chance.randrange(len(data))
    return data[:at] + b'"' + data[at:]


def reheaded(chance: random.Random, data: bytes) -> bytes:
    """Write a heading twice, not at all, or with a letter that only looks like ours."""
    head, _, rows = data.partition(b"\n")
    names = head.split(b",")
    at = chance.randrange(len(names))
    lookalike = names[at].replace(b"e", "е".encode()).replace(b"o", "о".encode())
    names[at] = chance.choice(
        [names[at - 1], b"", b"Nonsense", lookalike, b"=1+1", names[at] * 200]
    )
    return b",".join(names) + b"\n" + rows


def swollen(chance: random.Random, data: bytes) -> bytes:
    """Swell a cell beyond any cell, or a row beyond any row."""
    size = chance.choice([11 * 1024, 1100 * 1024])
    return (
        data.replace(b",", b"," + b"x" * size, 2) if chance.random() < 0.5 else data + b"y" * size
    )


def calculated(chance: random.Random, data: bytes) -> bytes:
    """Write what a spreadsheet would run, or a number that is none, into a cell."""
    cell = chance.choice([b"=1+1", b"@SUM(A1)", b"+1", b"-1", b"#REF!", b"1E+05", b"'=x", b"NaN"])
    cells = data.split(b",")
    cells[chance.randrange(len(cells))] = cell
    return b",".join(cells)


def disguised(chance: random.Random, data: bytes) -> bytes:
    """Put another kind of file under the name of this one."""
    return chance.choice([b"PK\x03\x04", b"\x1f\x8b\x08", b"%PDF-1.7", b"\xd0\xcf\x11\xe0"]) + data


MUTATIONS: Sequence[Mutation] = (
    truncated,
    ragged,
    recoded,
    sprinkled,
    quoted,
    reheaded,
    swollen,
    calculated,
    disguised,
)


def test_malformed_files_are_refused_where_they_are_wrong(portal: Portal) -> None:
    """No traceback, nothing written, and the refusal names file and place."""
    _campaign(portal, FEW)


@pytest.mark.heavy
def test_two_thousand_malformed_files(portal: Portal) -> None:
    """The same with two thousand files."""
    _campaign(portal, MANY)


def _campaign(portal: Portal, count: int) -> None:
    create_items(portal)
    chance = random.Random(SEED)
    verdicts: dict[str, int] = {}
    for number in range(count):
        command, lines = chance.choice(list(FILES.items()))
        data = ("\n".join(lines) + "\n").encode()
        for mutation in chance.sample(MUTATIONS, chance.choice([1, 1, 2])):
            data = mutation(chance, data) or b"\n"
        file = f"{number}.csv"
        portal.folder.joinpath(file).write_bytes(data)
        verdict = _verdict(portal, command, file)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    assert len(verdicts) > 5, "the files were wrong in different ways"
    assert verdicts.get("taken", 0) < count / 2


def _verdict(portal: Portal, command: tuple[str, ...], file: str) -> str:
    """Take a file in and return the code of its refusal, or `taken` if nothing was wrong."""
    before = _written(portal)
    ran = portal.run(*command, file, "-o", "json")
    if ran.status == 0:
        report = ran.json
        assert _written(portal) - before == report["created"] + 1
        return "taken"
    assert ran.status == 6, (file, ran.err)
    assert ran.out == ""
    assert _written(portal) == before
    assert "Traceback" not in ran.err
    assert _is_placed(ran.error, file), ran.error
    return ran.code


def _written(portal: Portal) -> int:
    """Return how many people, tokens and runs there are."""
    return int(
        portal.value(
            "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM tokens)"
            " + (SELECT count(*) FROM runs)"
        )
    )


def _is_placed(error: dict[str, Any], file: str) -> bool:
    """Say whether a refusal tells the file, and the row or line of everything that is wrong."""
    if error["code"] != "rows_rejected":
        return bool((error["location"] or {}).get("file") == file or file in error["message"])
    return bool(error["details"]) and all(
        detail["location"]["file"] == file and detail["location"]["row"]
        for detail in error["details"]
    )
