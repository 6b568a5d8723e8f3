"""Whatever is changed, removed or moved in the log behind the program's back is found and named."""

import random  # noqa: TID251 - what was tried can be tried again
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Portal

TEXTS = ("operator", "actor", "command", "code", "target", "detail_json", "mark", "seal")
# Without these nothing would keep the database's own rules from finding some of it first.
LOOSENED = {
    True: ("PRAGMA ignore_check_constraints = ON",),
    False: ("ALTER TABLE audit_rows DROP CONSTRAINT IF EXISTS verdict_known",),
}
COLUMNS = (
    "id, happened_at, operator, actor, command, verdict, code, target, detail_json, mark, seal_no,"
    " seal"
)


@pytest.fixture
def logged(portal: Portal) -> Portal:
    """Return a portal whose log has some thirty entries, and a copy of it to go back to."""
    lines = [f"department create D{n} --code d{n}" for n in range(12)]
    lines += [f"department edit D{n} --name 'Ä {n}'" for n in range(8)]
    portal.ok("batch", "-", stdin="\n".join(lines))
    portal.ok("audit", "verify")
    portal.sql("CREATE TABLE kept_rows AS SELECT * FROM audit_rows")
    portal.sql("CREATE TABLE kept_heads AS SELECT * FROM audit_heads")
    return portal


def put_back(portal: Portal) -> None:
    """Make the log what it was."""
    portal.each(
        [
            *LOOSENED[portal.is_sqlite],
            "DELETE FROM audit_rows",
            "DELETE FROM audit_heads",
            f"INSERT INTO audit_rows ({COLUMNS}) SELECT {COLUMNS} FROM kept_rows",
            "INSERT INTO audit_heads (id, seal_no, seal) SELECT id, seal_no, seal FROM kept_heads",
        ]
    )


def change(portal: Portal, *statements: str, **values: Any) -> None:
    """Change the log by statements of nobody's program."""
    portal.each([*LOOSENED[portal.is_sqlite], *statements], **values)


def count_entries(portal: Portal) -> int:
    """Return how many entries the log has."""
    return int(portal.value("SELECT count(*) FROM audit_rows"))


# Each takes a portal and chance, tampers, and returns the numbers of the chain to be named.
Tampering = Callable[[Portal, random.Random], list[int]]


def flip_text(portal: Portal, chance: random.Random) -> list[int]:
    """Flip one bit of one byte of one text of an entry; an absent one comes to be there."""
    number = chance.randint(1, count_entries(portal))
    column = chance.choice((*TEXTS, "verdict"))
    told = portal.value(f"SELECT {column} FROM audit_rows WHERE seal_no = {number}")
    octets = bytearray((told or "").encode())
    if not octets:
        change(portal, f"UPDATE audit_rows SET {column} = 'x' WHERE seal_no = {number}")
        return [number]
    at = chance.randrange(len(octets))
    # PostgreSQL keeps nothing but text; SQLite keeps any bytes as one.
    bits = range(8) if portal.is_sqlite else _bits_of_text(octets, at)
    octets[at] ^= 1 << chance.choice(list(bits))
    made = f"CAST(x'{octets.hex()}' AS TEXT)"
    if not portal.is_sqlite:
        made = f"convert_from(decode('{octets.hex()}', 'hex'), 'UTF8')"
    change(portal, f"UPDATE audit_rows SET {column} = {made} WHERE seal_no = {number}")
    return [number]


def _bits_of_text(octets: bytearray, at: int) -> list[int]:
    """Return the bits of a byte that can be flipped so that it all stays UTF-8 without NUL."""
    found = []
    for bit in range(8):
        tried = bytearray(octets)
        tried[at] ^= 1 << bit
        if tried[at] and _is_utf8(tried):
            found.append(bit)
    return found


def _is_utf8(octets: bytearray) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def move_moment(portal: Portal, chance: random.Random) -> list[int]:
    """Change the moment of an entry by the least that the database keeps."""
    number = chance.randint(1, count_entries(portal))
    made = "happened_at + interval '1 microsecond'"
    if portal.is_sqlite:
        made = "replace(happened_at, 'Z', '+')"
    change(portal, f"UPDATE audit_rows SET happened_at = {made} WHERE seal_no = {number}")
    return [number]


def renumber(portal: Portal, chance: random.Random) -> list[int]:
    """Flip one bit of the id of an entry."""
    number = chance.randint(1, count_entries(portal))
    bit = 1 << chance.randint(7, 30)
    change(portal, f"UPDATE audit_rows SET id = id + {bit} WHERE seal_no = {number}")
    return [number]


def remove(portal: Portal, chance: random.Random) -> list[int]:
    """Remove one entry, or some in a row."""
    last = count_entries(portal)
    first = chance.randint(1, last)
    until = min(last, first + chance.choice((0, 0, 3)))
    change(portal, f"DELETE FROM audit_rows WHERE seal_no BETWEEN {first} AND {until}")
    return list(range(first, until + 1))


def remove_last(portal: Portal, _: random.Random) -> list[int]:
    """Remove the last entry, which nothing follows."""
    last = count_entries(portal)
    change(portal, f"DELETE FROM audit_rows WHERE seal_no = {last}")
    return [last]


def hide(portal: Portal, chance: random.Random) -> list[int]:
    """Take an entry out of the chain, as if it were not sealed yet."""
    number = chance.randint(1, count_entries(portal))
    change(portal, f"UPDATE audit_rows SET seal_no = NULL, seal = NULL WHERE seal_no = {number}")
    return [number]


def swap_places(portal: Portal, chance: random.Random) -> list[int]:
    """Let two entries change places in the chain."""
    one, two = chance.sample(range(1, count_entries(portal) + 1), 2)
    change(
        portal,
        f"UPDATE audit_rows SET seal_no = -1 WHERE seal_no = {one}",
        f"UPDATE audit_rows SET seal_no = {one} WHERE seal_no = {two}",
        f"UPDATE audit_rows SET seal_no = {two} WHERE seal_no = -1",
    )
    return [one, two]


def swap_contents(portal: Portal, chance: random.Random) -> list[int]:
    """Let two entries change places in the list, each with its place in the chain left behind."""
    one, two = chance.sample(range(1, count_entries(portal) + 1), 2)
    ids = [portal.value(f"SELECT id FROM audit_rows WHERE seal_no = {n}") for n in (one, two)]
    change(
        portal,
        f"UPDATE audit_rows SET id = 9999 WHERE id = {ids[0]}",
        f"UPDATE audit_rows SET id = {ids[0]} WHERE id = {ids[1]}",
        f"UPDATE audit_rows SET id = {ids[1]} WHERE id = 9999",
    )
    return [one, two]


def misplace(portal: Portal, chance: random.Random) -> list[int]:
    """Flip a bit of the place of an entry that leads beyond all others."""
    number = chance.randint(1, count_entries(portal))
    change(
        portal,
        f"UPDATE audit_rows SET seal_no = seal_no + {1 << chance.randint(6, 30)}"
        f" WHERE seal_no = {number}",
    )
    return [number]


TAMPERINGS: tuple[Tampering, ...] = (
    flip_text,
    flip_text,
    flip_text,
    move_moment,
    renumber,
    remove,
    remove_last,
    hide,
    swap_places,
    swap_contents,
    misplace,
)


def named(finding: Any) -> set[int]:
    """Return the numbers of the chain that a finding names."""
    return set(range(finding["first"], min(finding["last"], finding["first"] + 100) + 1))


def check_found(portal: Portal, tampering: Tampering, chance: random.Random) -> None:
    """Tamper, see it found, named, and nothing else accused; then put the log back."""
    wanted = set(tampering(portal, chance))
    ran = portal.run("audit", "verify", "-o", "json")
    assert ran.status == 10, (tampering, wanted, ran.out, ran.err)
    found = ran.json["findings"]
    accused = set().union(*map(named, found))
    assert wanted <= accused, (tampering, wanted, found)
    if tampering not in {misplace, hide}:
        assert wanted == accused, (tampering, wanted, found)
    assert all(finding["sentence"] and finding["hint"] for finding in found)
    put_back(portal)


def try_many(portal: Portal, trials: int, seed: int) -> None:
    """Try every kind of tampering in turn, at random places."""
    chance = random.Random(seed)
    for trial in range(trials):
        check_found(portal, TAMPERINGS[trial % len(TAMPERINGS)], chance)
    assert portal.run("audit", "verify").status == 0


def test_tampering_is_found_and_named(logged: Portal) -> None:
    """One byte, a moment, an entry, the order, the last entry: each at some random places."""
    try_many(logged, 3 * len(TAMPERINGS), seed=1)


@pytest.mark.heavy
def test_tampering_is_found_and_named_a_thousand_times(logged: Portal) -> None:
    """The same at a thousand random places."""
    try_many(logged, 1_000, seed=2)


def test_what_goes_on_after_tampering_does_not_hide_it(logged: Portal) -> None:
    """New entries are sealed after the end that was stored, so that a gap stays a gap."""
    last = count_entries(logged)
    remove_last(logged, random.Random(1))
    logged.ok("department", "create", "Later")
    ran = logged.run("audit", "verify", "-o", "json")
    assert [(one["breach"], one["first"], one["last"]) for one in ran.json["findings"]] == [
        ("missing", last, last)
    ]


def test_the_end_of_the_chain_is_looked_after(logged: Portal) -> None:
    """Setting it back, removing it or changing it is found, with or without its entries."""
    last = count_entries(logged)
    for statement, breach in (
        (f"UPDATE audit_heads SET seal_no = {last - 2}", "beyond"),
        (f"UPDATE audit_heads SET seal_no = {last + 1}", "missing"),
        ("UPDATE audit_heads SET seal = '00'", "head_changed"),
        ("DELETE FROM audit_heads", "headless"),
    ):
        change(logged, statement)
        ran = logged.run("audit", "verify", "-o", "json")
        assert ran.status == 10
        assert [one["breach"] for one in ran.json["findings"]] == [breach]
        put_back(logged)


def test_what_is_found_is_told_to_people_too(logged: Portal) -> None:
    """A line for each place, a sentence, the exit status of findings; at most a hundred lines."""
    change(logged, "UPDATE audit_rows SET target = 'x' WHERE seal_no = 3")
    ran = logged.run("audit", "verify")
    assert ran.status == 10
    assert "Entry 3 of the log is not what was sealed as number 3" in ran.out
    assert "The log is not what was sealed: 1 place." in ran.err
    ran = logged.run("audit", "verify", "-o", "csv", "--columns", "breach,first")
    assert ran.out.split() == ["breach,first", "changed,3"]
