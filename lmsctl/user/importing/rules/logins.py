"""Giving numbers to logins that are made from addresses and taken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lmsctl.kit.address import login_key
from lmsctl.user import rules


@dataclass(frozen=True, slots=True)
class LoginClash:
    """A login that is taken (`row_no` is 0), or an address that needs another one than its own."""

    place: int
    row_no: int
    text: str


def number_logins(clashes: Iterable[LoginClash]) -> Iterator[tuple[int, str, str]]:
    """Yield for each row that needs one its number, a free login, and the login's key.

    `clashes` has, stem by stem, the logins that are taken, then the addresses that need one: they
    get `anna`, or the first free one of `anna1`, `anna2` and so on.
    """
    place = 0
    taken: set[str] = set()
    latest: dict[str, int] = {}
    for clash in clashes:
        if clash.place != place:
            place, taken, latest = clash.place, set(), {}
        if not clash.row_no:
            taken.add(clash.text)
            continue
        base = rules.login_of_address(clash.text)
        key = login_key(base)
        number = latest.get(key, 0)
        while (f"{key}{number}" if number else key) in taken:
            number += 1
        latest[key] = number
        end = str(number) if number else ""
        taken.add(key + end)
        yield clash.row_no, base + end, key + end
