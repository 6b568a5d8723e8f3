"""The shortest path through the program."""

from tests.conftest import Portal
from tests.signups import seats


def test_a_new_portal_has_one_owner_who_takes_a_seat(portal: Portal) -> None:
    """`init` makes one active owner, who is listed and takes a seat."""
    people = portal.ok("user", "list", "-o", "json").json
    assert [(row["login"], row["status"]) for row in people] == [("owner", "active")]
    assert seats(portal) == 1
