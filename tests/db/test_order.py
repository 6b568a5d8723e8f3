"""Both databases order texts alike, whatever language the server speaks."""

import pytest

from tests.conftest import Portal

# An English dictionary has another order: it passes over hyphens and dots.
LOGINS = ("a-b", "ab", "a.c", "aa", "z", "ä", "a!b", "a_d")


def test_lists_are_in_the_order_of_the_numbers_of_characters(portal: Portal) -> None:
    """With and without --sort: the order in which keys are compared, paged and found."""
    for login in LOGINS:
        portal.ok("user", "create", "--login", login, "--first-name", "A", "--last-name", "B")
        portal.ok("group", "create", login)
    people = sorted([*LOGINS, "owner"])
    assert portal.ok("user", "list", "-o", "id").out.split() == people
    assert portal.ok("user", "list", "-o", "id", "--sort", "login").out.split() == people
    assert portal.ok("group", "list", "-o", "id").out.splitlines() == sorted(LOGINS)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_every_text_of_postgresql_has_that_order(portal: Portal) -> None:
    """No column is left to the language of the server; an index finds what begins with a text."""
    others = portal.sql(
        """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
        """
    )
    assert others == []
