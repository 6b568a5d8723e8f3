"""What making, showing, listing, changing and minting tokens promises."""

import csv
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.tokens import (
    checked_uses,
    create_items,
    create_token,
    enrolled_addresses,
    redeem,
    redeem_command,
    show_token,
)

CREATE = ("token", "create", "--content", "topic")


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with something to learn."""
    return create_items(portal)


def codes(portal: Portal, *filters: str, **now: str) -> list[str]:
    """Return the codes of the tokens that fit."""
    return portal.ok("token", "list", *filters, "-o", "id", **now).out.split()


# Making ------------------------------------------------------------------------------------------


def test_a_token_is_what_it_was_made(portal_with_items: Portal) -> None:
    """Scripts rest on the first keys; the command echoes the expiry in the portal's zone."""
    portal_with_items.ok("settings", "set", "time-zone=Europe/Berlin")
    more = ("--nickname", "Fair", "--creates", "client", "--limit", "7", "--expires", "2026-03-31")
    ran = portal_with_items.ok(*CREATE, "--code", "Spring", *more)
    assert "until 2026-03-31T23:59:59+02:00" in ran.err
    found = show_token(portal_with_items)
    del found["per_day"]
    assert found == {
        "id": 1,
        "code": "Spring",
        "nickname": "Fair",
        "content": "topic",
        "creates": "client",
        "limit": 7,
        "uses": 0,
        "used": 0,
        "expires_at": "2026-03-31T21:59:59Z",
        "ends_at": "2026-03-31T21:59:59Z",
        "active": True,
        "blocked_by": [],
        "state": "open",
        "title": "The topic",
        "domains": None,
        "created_at": NOON,
        "version": 1,
    }
    first = ("id", "code", "nickname", "content", "creates", "limit", "uses")
    assert tuple(found)[:9] == (*first, "expires_at", "active")


def test_a_token_needs_only_its_item(portal_with_items: Portal) -> None:
    """It has a code made up, makes prospects, has no limit and no expiry, and works at once."""
    made = portal_with_items.ok(*CREATE, "-o", "json").json
    assert (made["creates"], made["limit"], made["expires_at"]) == ("prospect", None, None)
    redeem(portal_with_items, "ann", made["code"])


def test_made_up_codes_differ_and_hold_no_look_alikes(portal_with_items: Portal) -> None:
    """They can be read out over the telephone."""
    made = {portal_with_items.ok(*CREATE, "-o", "id").out.strip() for _ in range(5)}
    assert len(made) == 5
    assert not set("".join(made)) & set("ILOU")


@pytest.mark.parametrize("content", ["topic", "article", "pathway"])
def test_tokens_admit_to_topics_articles_and_pathways(
    portal_with_items: Portal, content: str
) -> None:
    """To each by as many tokens as wanted."""
    create_token(portal_with_items, "first", content)
    create_token(portal_with_items, "second", content)
    redeem(portal_with_items, "ann", "first")
    redeem(portal_with_items, "ben", "second")
    assert enrolled_addresses(portal_with_items, content) == ["ann@example.com", "ben@example.com"]


@pytest.mark.parametrize("content", ["course", "folder"])
def test_tokens_admit_to_nothing_else(portal_with_items: Portal, content: str) -> None:
    """The refusal names what was meant and what would do."""
    words = ("token", "create", "--content", content)
    error = refused(portal_with_items, *words, code="token_content_wrong")
    assert content in error["message"]


def test_unknown_archived_and_library_items_get_no_token(portal_with_items: Portal) -> None:
    """A draft does; a copied item does too."""
    kind = ("content", "create", "--kind", "topic", "--title", "T")
    portal_with_items.ok(*kind, "--code", "lib", "--source", "library")
    portal_with_items.ok(*kind, "--code", "copy", "--source", "copied")
    portal_with_items.ok(*kind, "--code", "draft", "--draft")
    portal_with_items.ok("content", "archive", "article")
    words = ("token", "create", "--content")
    refused(portal_with_items, *words, "lib", code="token_content_library")
    refused(portal_with_items, *words, "article", code="content_archived")
    refused(portal_with_items, *words, "nosuch", code="content_unknown", status=4)
    for content in ("copy", "draft"):
        create_token(portal_with_items, f"for-{content}", content)
        redeem(portal_with_items, "ann", f"for-{content}")
        assert enrolled_addresses(portal_with_items, content) == ["ann@example.com"]


@pytest.mark.parametrize(
    "given", ["ab", "", "  ab  ", "x" * 65, "a\u200bb", "a\tb", "a\x07b", "\u202eabc", "a\u00a0b"]
)
def test_a_code_has_3_to_64_printable_characters(portal_with_items: Portal, given: str) -> None:
    """Blanks around it do not count, and nothing invisible may be in it."""
    refused(portal_with_items, *CREATE, "--code", given, code="token_code_invalid")


@pytest.mark.parametrize(
    "given", ["abc", "x" * 64, "Früh ling", "春の見本市", "a/b?c=d&e", "'; --"]
)
def test_every_printable_code_works_as_typed(portal_with_items: Portal, given: str) -> None:
    """Whatever script or sign, also with blanks inside."""
    create_token(portal_with_items, given)
    redeem(portal_with_items, "ann", f"  {given} ")
    assert checked_uses(portal_with_items, given) == 1


@pytest.mark.parametrize(
    ("made", "typed"),
    [
        ("Spring", "sPRING"),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301"),
        ("cafe\u0301", "CAF\u00c9"),
    ],
)
def test_codes_are_compared_without_case_and_composition(
    portal_with_items: Portal, made: str, typed: str
) -> None:
    """What looks the same is the same: when it is redeemed, and when it would be made twice."""
    create_token(portal_with_items, made)
    redeem(portal_with_items, "ann", typed)
    refused(portal_with_items, *CREATE, "--code", typed, code="token_exists", status=5)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("0", "token_limit_zero"),
        ("00", "token_limit_zero"),
        ("-1", "token_limit_wrong"),
        ("+1", "number_malformed"),
        ("1.0", "number_malformed"),
        ("", "number_malformed"),
        ("many", "number_malformed"),
        ("٣", "number_malformed"),
        ("1000000001", "token_limit_wrong"),
        ("9" * 5000, "token_limit_wrong"),
    ],
)
def test_a_limit_is_a_whole_number_of_at_least_one(
    portal_with_items: Portal, given: str, code: str
) -> None:
    """Zero gets the advice to deactivate; the same when a token is changed."""
    status, audited = (2, 0) if code == "number_malformed" else (6, 1)
    words = (*CREATE, f"--limit={given}")
    error = refused(portal_with_items, *words, code=code, status=status, audited=audited)
    assert ("token deactivate" in error["hint"]) == (code == "token_limit_zero")
    assert len(error["message"]) < 150
    create_token(portal_with_items)
    edit = ("token", "edit", "spring", f"--limit={given}")
    refused(portal_with_items, *edit, code=code, status=status, audited=audited)


def test_making_it_again_can_be_skipped_or_update(portal_with_items: Portal) -> None:
    """Without --if-exists it is a conflict; another item is one always."""
    create_token(portal_with_items, "spring", "topic", "--limit", "5")
    again = (*CREATE, "--code", "SPRING", "--nickname", "New")
    refused(portal_with_items, *again, code="token_exists", status=5)
    with unchanged(portal_with_items, audited=0):
        portal_with_items.ok(*again, "--if-exists", "skip")
    portal_with_items.ok(*again, "--if-exists", "update")
    found = show_token(portal_with_items)
    assert (found["nickname"], found["limit"], found["version"]) == ("New", 5, 2)
    with unchanged(portal_with_items, audited=0):
        assert portal_with_items.run(*again, "--if-exists", "update", "--exit-code").status == 0
    other = ("token", "create", "--content", "article", "--code", "spring", "--if-exists")
    for how in ("skip", "update"):
        refused(portal_with_items, *other, how, code="token_content_fixed", status=5)


def test_neither_log_nor_refusals_hold_a_code(portal_with_items: Portal) -> None:
    """Codes stand in the token's row alone while it lives."""
    create_token(portal_with_items, "zqxvkw")
    redeem(portal_with_items, "ann", "zqxvkw")
    for verb in ("edit", "deactivate", "activate"):
        portal_with_items.ok(
            "token", verb, "zqxvkw", *(("--nickname", "n") if verb == "edit" else ())
        )
    portal_with_items.refused(*CREATE, "--code", "zqxvkw")
    portal_with_items.refused("token", "edit", "zqxvkw", "--limit", "0")
    portal_with_items.refused(*redeem_command("ann", "zqxvkwx"))
    for table in ("audit_rows", "notifications", "redemptions", "enrollment_reasons", "users"):
        assert "zqxvkw" not in repr(portal_with_items.sql(f"SELECT * FROM {table}"))


# Links -------------------------------------------------------------------------------------------


def test_a_link_redeems_like_the_code_in_it(portal_with_items: Portal) -> None:
    """It begins with the public address, and survives every sign in a code."""
    create_token(portal_with_items, "Früh/50%?")
    assert portal_with_items.ok("token", "link", "Früh/50%?", "-o", "id").out.strip() == "Früh/50%?"
    portal_with_items.ok("settings", "set", "public-url=https://learn.example.com/x")
    link = portal_with_items.ok("token", "link", "1", "-o", "json").json["link"]
    assert link == "https://learn.example.com/x/redeem/Fr%C3%BCh%2F50%25%3F"
    redeem(portal_with_items, "ann", link)
    redeem(portal_with_items, "ben", "früh/50%?")
    assert checked_uses(portal_with_items, "1") == 2


def test_a_number_is_no_code(portal_with_items: Portal) -> None:
    """Administrators may name a token by its number; nobody redeems by one."""
    create_token(portal_with_items)
    assert show_token(portal_with_items, "1")["code"] == "spring"
    refused(portal_with_items, *redeem_command("ann", "1"), code="token_unknown", status=4)
    create_token(portal_with_items, "002")
    assert (
        show_token(portal_with_items, "2")["code"]
        == show_token(portal_with_items, "002")["code"]
        == "002"
    )
    portal_with_items.sql("UPDATE tokens SET id = 777 WHERE id = 1")
    create_token(portal_with_items, "777")
    refused(portal_with_items, "token", "edit", "777", "--limit", "1", code="ambiguous", status=5)
    redeem(portal_with_items, "ann", "777")
    assert enrolled_addresses(portal_with_items) == ["ann@example.com"]


# Listing -----------------------------------------------------------------------------------------


def test_filters_combine(portal_with_items: Portal) -> None:
    """By item, word, limit, capacity, switch and expiry; an unlimited token has capacity."""
    create_token(portal_with_items, "free", "topic", "--nickname", "Café")
    create_token(portal_with_items, "full", "topic", "--limit", "1", "--expires", "2026-03-31")
    create_token(portal_with_items, "left", "article", "--limit", "2", "--expires", "2026-03-01")
    redeem(portal_with_items, "ann", "full")
    portal_with_items.ok("token", "deactivate", "free")
    expected = {
        (): ["free", "full", "left"],
        ("--content", "topic"): ["free", "full"],
        ("--search", "CAFÉ"): ["free"],
        ("--search", "the art"): ["left"],
        ("--search", "fu"): ["full"],
        ("--limited",): ["full", "left"],
        ("--unlimited",): ["free"],
        ("--with-capacity",): ["free", "left"],
        ("--without-capacity",): ["full"],
        ("--active",): ["full", "left"],
        ("--inactive",): ["free"],
        ("--expiry", "none"): ["free"],
        ("--expiry", "future"): ["full"],
        ("--expiry", "expired"): ["left"],
        ("--limited", "--with-capacity", "--active"): ["left"],
        ("--content", "topic", "--expiry", "expired"): [],
    }
    assert {filters: codes(portal_with_items, *filters) for filters in expected} == expected
    assert portal_with_items.refused("token", "list", "--content", "nosuch") == "content_unknown"


def test_a_keyword_is_found_as_people_compare_texts(portal_with_items: Portal) -> None:
    """In any case and form of letters, whatever the database makes of them; signs are signs."""
    create_token(portal_with_items, "plain", "topic", "--nickname", "Strasse 100% a_b")
    create_token(portal_with_items, "sharp", "topic", "--nickname", "Straße")
    create_token(portal_with_items, "kelvin", "topic", "--nickname", "20 \u212a")
    create_token(portal_with_items, "other", "article", "--nickname", "ab")
    expected = {
        "STRASSE": ["plain", "sharp"],
        "20 k": ["kelvin"],
        "0% a": ["plain"],
        "A_B": ["plain"],
        "%": ["plain"],
        " ": ["plain", "sharp", "kelvin", "other"],
        "straßen": [],
    }
    assert {word: codes(portal_with_items, "--search", word) for word in expected} == expected


def test_a_list_says_how_each_token_stands(portal_with_items: Portal) -> None:
    """Open, disabled, expired or used up, in this order of importance."""
    create_token(portal_with_items, "open")
    create_token(portal_with_items, "off", "topic", "--expires", "2026-03-01")
    portal_with_items.ok("token", "deactivate", "off")
    create_token(portal_with_items, "late", "topic", "--expires", "2026-03-01", "--limit", "1")
    create_token(portal_with_items, "done", "topic", "--limit", "1")
    redeem(portal_with_items, "ann", "done")
    rows = portal_with_items.ok("token", "list", "-o", "json").json
    assert [(row["code"], row["state"]) for row in rows] == [
        ("open", "open"),
        ("off", "disabled"),
        ("late", "expired"),
        ("done", "used-up"),
    ]


# Changing ----------------------------------------------------------------------------------------


def test_everything_but_code_and_item_can_change(portal_with_items: Portal) -> None:
    """Each for itself; what is given as it is changes nothing, and an old version is refused."""
    create_token(
        portal_with_items,
        "spring",
        "topic",
        "--nickname",
        "A",
        "--limit",
        "5",
        "--expires",
        "2026-03-31",
    )
    edit = ("token", "edit", "spring")
    portal_with_items.ok(*edit, "--nickname", "B")
    portal_with_items.ok(*edit, "--limit", "unlimited")
    portal_with_items.ok(*edit, "--expires", "never")
    portal_with_items.ok(*edit, "--creates", "staff")
    found = show_token(portal_with_items)
    assert [found[key] for key in ("nickname", "limit", "expires_at", "creates", "version")] == [
        *("B", None, None, "staff", 5)
    ]
    with unchanged(portal_with_items, audited=0):
        portal_with_items.ok(*edit, "--nickname", "B", "--limit", "unlimited", "--expires", "never")
    refused(
        portal_with_items,
        *edit,
        "--limit",
        "3",
        "--if-version",
        "4",
        code="version_stale",
        status=5,
    )
    portal_with_items.ok(*edit, "--nickname", "", "--if-version", "5")
    assert show_token(portal_with_items)["nickname"] is None


def test_a_limit_cannot_fall_below_the_uses(portal_with_items: Portal) -> None:
    """The refusal names the number; exactly as many as were used is fine and closes it."""
    create_token(portal_with_items)
    for who in ("ann", "ben", "cat"):
        redeem(portal_with_items, who)
    error = refused(
        portal_with_items, "token", "edit", "spring", "--limit", "2", code="token_limit_below_uses"
    )
    assert "3" in error["message"]
    portal_with_items.ok("token", "edit", "spring", "--limit", "3")
    refused(portal_with_items, *redeem_command("dan"), code="token_used_up")
    portal_with_items.ok("token", "edit", "spring", "--limit", "4")
    redeem(portal_with_items, "dan")
    assert checked_uses(portal_with_items) == 4


def test_a_change_touches_nobody_who_came_by_the_token(portal_with_items: Portal) -> None:
    """Neither expiry nor exhaustion nor deactivation nor another type."""
    create_token(portal_with_items)
    redeem(portal_with_items, "ann")
    before = portal_with_items.ok("user", "show", "ann@example.com", "-o", "json").json
    portal_with_items.ok(
        "token", "edit", "spring", "--creates", "staff", "--limit", "1", "--expires", "now"
    )
    portal_with_items.ok("token", "deactivate", "spring")
    portal_with_items.ok("token", "delete", "spring", "--yes")
    assert portal_with_items.ok("user", "show", "ann@example.com", "-o", "json").json == before
    assert enrolled_addresses(portal_with_items) == ["ann@example.com"]


def test_switching_twice_is_a_success(portal_with_items: Portal) -> None:
    """The second time nothing changes."""
    create_token(portal_with_items)
    for verb in ("deactivate", "activate"):
        assert portal_with_items.run("token", verb, "spring", "--exit-code").status == 3
        with unchanged(portal_with_items, audited=0):
            assert portal_with_items.run("token", verb, "spring", "--exit-code").status == 0


def test_an_item_with_tokens_stays(portal_with_items: Portal) -> None:
    """Deleting it is refused and says how many admit to it, without their codes."""
    create_token(portal_with_items, "zqxvkw")
    error = refused(portal_with_items, "content", "delete", "topic", code="content_in_use")
    assert "1 token admits to it" in error["message"]
    assert "zqxvkw" not in repr(error)
    portal_with_items.ok("token", "delete", "zqxvkw", "--yes")
    portal_with_items.ok("content", "delete", "topic", "--yes")


def test_a_new_zone_tells_whose_expiry_reads_differently(portal_with_items: Portal) -> None:
    """The instant stays; the token is named without its code."""
    create_token(
        portal_with_items, "zqxvkw", "topic", "--expires", "2026-03-31", "--nickname", "Fair"
    )
    ran = portal_with_items.ok("settings", "set", "time-zone=Asia/Kathmandu")
    assert "Token 1 (Fair) expires at the same instant" in ran.err
    assert "zqxvkw" not in ran.err
    assert show_token(portal_with_items, "zqxvkw")["expires_at"] == "2026-03-31T23:59:59Z"


# Minting -----------------------------------------------------------------------------------------

MINT = ("token", "mint", "--content", "topic", "--to", "codes.csv")


def minted_rows(portal: Portal) -> list[dict[str, Any]]:
    """Return the rows of the file of codes."""
    with portal.folder.joinpath("codes.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_minting_makes_tokens_of_one_use_each(portal_with_items: Portal) -> None:
    """As many as wanted, alike but for their codes, which the file holds."""
    more = ("--nickname", "Fair", "--creates", "client", "--expires", "2026-03-31")
    portal_with_items.ok(*MINT, "--count", "30", *more)
    made = [row["code"] for row in minted_rows(portal_with_items)]
    assert made == codes(portal_with_items)
    assert len(set(made)) == 30
    assert {row["status"] for row in minted_rows(portal_with_items)} == {"open"}
    for code in made[:2]:
        found = show_token(portal_with_items, code)
        assert (found["limit"], found["nickname"], found["creates"]) == (1, "Fair", "client")
        assert found["expires_at"] == "2026-03-31T23:59:59Z"
    redeem(portal_with_items, "ann", made[0])
    refused(portal_with_items, *redeem_command("ben", made[0]), code="token_used_up")
    redeem(portal_with_items, "ben", made[1])


def test_recipients_stand_beside_the_codes(portal_with_items: Portal) -> None:
    """One for each, or the first so many; the database does not keep them, nobody is mailed."""
    for_two = ("--recipient", "ann@example.com", "--recipient", "ben@example.com")
    portal_with_items.ok(*MINT, *for_two)
    assert [row["recipient"] for row in minted_rows(portal_with_items)] == [
        "ann@example.com",
        "ben@example.com",
    ]
    portal_with_items.ok(*MINT, *for_two, "--count", "3")
    assert [row["recipient"] for row in minted_rows(portal_with_items)][2:] == [""]
    refused(portal_with_items, *MINT, *for_two, "--count", "1", code="mint_recipients_too_many")
    refused(portal_with_items, *MINT, "--recipient", "nobody", code="email_invalid")
    assert portal_with_items.value("SELECT count(*) FROM notifications") == 0
    assert len(codes(portal_with_items)) == 5


@pytest.mark.parametrize("count", ["0", "-1", "100001"])
def test_a_number_to_mint_is_sensible(portal_with_items: Portal, count: str) -> None:
    """From 1 to 100,000 at once, and none at all is not a number."""
    refused(portal_with_items, *MINT, f"--count={count}", code="mint_count_wrong")
    refused(portal_with_items, *MINT, code="mint_count_wrong")


def test_without_a_file_nothing_is_minted(portal_with_items: Portal) -> None:
    """A folder that is not there, or a rehearsal: no token and no file."""
    with unchanged(portal_with_items, audited=0):
        words = ("token", "mint", "--content", "topic", "--count", "2", "--to")
        assert portal_with_items.refused(*words, "absent/codes.csv") == "csv_file_unwritable"
    with unchanged(portal_with_items, audited=0):
        portal_with_items.ok(*MINT, "--count", "2", "-n")
    assert not portal_with_items.folder.joinpath("codes.csv").exists()
    refused(portal_with_items, *MINT, "--count", "0", code="mint_count_wrong")
    assert not portal_with_items.folder.joinpath("codes.csv").exists()


def test_a_token_can_have_domains_of_its_own(portal: Portal) -> None:
    """It then admits newcomers from these, whatever the portal's list says, or from any."""
    create_items(portal, "--domain", "example.org")
    create_token(portal, "plain")
    create_token(portal, "open", "topic", "--any-domain")
    create_token(portal, "own", "topic", "--domain", "Example.COM")
    assert portal.refused(*redeem_command("ann", "plain")) == "domain_not_allowed"
    redeem(portal, "ann", "open")
    redeem(portal, "ben", "own")
    assert show_token(portal, "own")["domains"] == ["example.com"]
    portal.ok("token", "edit", "own", "--domain", "example.net")
    assert portal.refused(*redeem_command("cara", "own")) == "domain_not_allowed"
    gates = portal.ok("token", "explain", "own", "--email", "cara@example.com", "-o", "json").json
    assert [gate["code"] for gate in gates["gates"]] == ["domain_not_allowed"]
    portal.ok("token", "edit", "own", "--portal-domains")
    assert show_token(portal, "own")["domains"] is None
    redeem(portal, "ann", "plain")


def test_domains_that_contradict_each_other(portal: Portal) -> None:
    """A list and any at once mean nothing."""
    create_items(portal)
    both = ("--domain", "example.org", "--any-domain")
    assert portal.refused("token", "create", "--content", "topic", *both) == "domains_contradict"
