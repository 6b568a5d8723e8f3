"""What making, showing, listing, changing and minting tokens promises."""

import csv
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.tokens import enrolled, redeem, redeeming, shown, stocked, token, uses

CREATE = ("token", "create", "--content", "topic")


@pytest.fixture
def desk(portal: Portal) -> Portal:
    """Return a portal with something to learn."""
    return stocked(portal)


def codes(portal: Portal, *filters: str, **now: str) -> list[str]:
    """Return the codes of the tokens that fit."""
    return portal.ok("token", "list", *filters, "-o", "id", **now).out.split()


# Making ------------------------------------------------------------------------------------------


def test_a_token_is_what_it_was_made(desk: Portal) -> None:
    """Scripts rest on the first keys; the command echoes the expiry in the portal's zone."""
    desk.ok("settings", "set", "time-zone=Europe/Berlin")
    more = ("--nickname", "Fair", "--creates", "client", "--limit", "7", "--expires", "2026-03-31")
    ran = desk.ok(*CREATE, "--code", "Spring", *more)
    assert "until 2026-03-31T23:59:59+02:00" in ran.err
    found = shown(desk)
    assert found == {
        "id": 1,
        "code": "Spring",
        "nickname": "Fair",
        "content": "topic",
        "creates": "client",
        "limit": 7,
        "uses": 0,
        "expires_at": "2026-03-31T21:59:59Z",
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


def test_a_token_needs_only_its_item(desk: Portal) -> None:
    """It has a code made up, makes prospects, has no limit and no expiry, and works at once."""
    made = desk.ok(*CREATE, "-o", "json").json
    assert (made["creates"], made["limit"], made["expires_at"]) == ("prospect", None, None)
    redeem(desk, "ann", made["code"])


def test_made_up_codes_differ_and_hold_no_look_alikes(desk: Portal) -> None:
    """They can be read out over the telephone."""
    made = {desk.ok(*CREATE, "-o", "id").out.strip() for _ in range(5)}
    assert len(made) == 5
    assert not set("".join(made)) & set("ILOU")


@pytest.mark.parametrize("content", ["topic", "article", "pathway"])
def test_tokens_admit_to_topics_articles_and_pathways(desk: Portal, content: str) -> None:
    """To each by as many tokens as wanted."""
    token(desk, "first", content)
    token(desk, "second", content)
    redeem(desk, "ann", "first")
    redeem(desk, "ben", "second")
    assert enrolled(desk, content) == ["ann@example.com", "ben@example.com"]


@pytest.mark.parametrize("content", ["course", "folder"])
def test_tokens_admit_to_nothing_else(desk: Portal, content: str) -> None:
    """The refusal names what was meant and what would do."""
    words = ("token", "create", "--content", content)
    error = refused(desk, *words, code="token_content_wrong")
    assert content in error["message"]


def test_unknown_archived_and_library_items_get_no_token(desk: Portal) -> None:
    """A draft does; a copied item does too."""
    kind = ("content", "create", "--kind", "topic", "--title", "T")
    desk.ok(*kind, "--code", "lib", "--source", "library")
    desk.ok(*kind, "--code", "copy", "--source", "copied")
    desk.ok(*kind, "--code", "draft", "--draft")
    desk.ok("content", "archive", "article")
    words = ("token", "create", "--content")
    refused(desk, *words, "lib", code="token_content_library")
    refused(desk, *words, "article", code="content_archived")
    refused(desk, *words, "nosuch", code="content_unknown", status=4)
    for content in ("copy", "draft"):
        token(desk, f"for-{content}", content)
        redeem(desk, "ann", f"for-{content}")
        assert enrolled(desk, content) == ["ann@example.com"]


@pytest.mark.parametrize(
    "given", ["ab", "", "  ab  ", "x" * 65, "a\u200bb", "a\tb", "a\x07b", "\u202eabc", "a\u00a0b"]
)
def test_a_code_has_3_to_64_printable_characters(desk: Portal, given: str) -> None:
    """Blanks around it do not count, and nothing invisible may be in it."""
    refused(desk, *CREATE, "--code", given, code="token_code_invalid")


@pytest.mark.parametrize(
    "given", ["abc", "x" * 64, "Früh ling", "春の見本市", "a/b?c=d&e", "'; --"]
)
def test_every_printable_code_works_as_typed(desk: Portal, given: str) -> None:
    """Whatever script or sign, also with blanks inside."""
    token(desk, given)
    redeem(desk, "ann", f"  {given} ")
    assert uses(desk, given) == 1


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
    desk: Portal, made: str, typed: str
) -> None:
    """What looks the same is the same: when it is redeemed, and when it would be made twice."""
    token(desk, made)
    redeem(desk, "ann", typed)
    refused(desk, *CREATE, "--code", typed, code="token_exists", status=5)


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
def test_a_limit_is_a_whole_number_of_at_least_one(desk: Portal, given: str, code: str) -> None:
    """Zero gets the advice to deactivate; the same when a token is changed."""
    status, audited = (2, 0) if code == "number_malformed" else (6, 1)
    words = (*CREATE, f"--limit={given}")
    error = refused(desk, *words, code=code, status=status, audited=audited)
    assert ("token deactivate" in error["hint"]) == (code == "token_limit_zero")
    assert len(error["message"]) < 150
    token(desk)
    edit = ("token", "edit", "spring", f"--limit={given}")
    refused(desk, *edit, code=code, status=status, audited=audited)


def test_making_it_again_can_be_skipped_or_update(desk: Portal) -> None:
    """Without --if-exists it is a conflict; another item is one always."""
    token(desk, "spring", "topic", "--limit", "5")
    again = (*CREATE, "--code", "SPRING", "--nickname", "New")
    refused(desk, *again, code="token_exists", status=5)
    with unchanged(desk, audited=0):
        desk.ok(*again, "--if-exists", "skip")
    desk.ok(*again, "--if-exists", "update")
    found = shown(desk)
    assert (found["nickname"], found["limit"], found["version"]) == ("New", 5, 2)
    with unchanged(desk, audited=0):
        assert desk.run(*again, "--if-exists", "update", "--exit-code").status == 0
    other = ("token", "create", "--content", "article", "--code", "spring", "--if-exists")
    for how in ("skip", "update"):
        refused(desk, *other, how, code="token_content_fixed", status=5)


def test_neither_log_nor_refusals_hold_a_code(desk: Portal) -> None:
    """Codes stand in the token's row alone while it lives."""
    token(desk, "zqxvkw")
    redeem(desk, "ann", "zqxvkw")
    for verb in ("edit", "deactivate", "activate"):
        desk.ok("token", verb, "zqxvkw", *(("--nickname", "n") if verb == "edit" else ()))
    desk.refused(*CREATE, "--code", "zqxvkw")
    desk.refused("token", "edit", "zqxvkw", "--limit", "0")
    desk.refused(*redeeming("ann", "zqxvkwx"))
    for table in ("audit_rows", "notifications", "redemptions", "enrollment_reasons", "users"):
        assert "zqxvkw" not in repr(desk.sql(f"SELECT * FROM {table}"))


# Links -------------------------------------------------------------------------------------------


def test_a_link_redeems_like_the_code_in_it(desk: Portal) -> None:
    """It begins with the public address, and survives every sign in a code."""
    token(desk, "Früh/50%?")
    assert desk.ok("token", "link", "Früh/50%?", "-o", "id").out.strip() == "Früh/50%?"
    desk.ok("settings", "set", "public-url=https://learn.example.com/x")
    link = desk.ok("token", "link", "1", "-o", "json").json["link"]
    assert link == "https://learn.example.com/x/redeem/Fr%C3%BCh%2F50%25%3F"
    redeem(desk, "ann", link)
    redeem(desk, "ben", "früh/50%?")
    assert uses(desk, "1") == 2


def test_a_number_is_no_code(desk: Portal) -> None:
    """Administrators may name a token by its number; nobody redeems by one."""
    token(desk)
    assert shown(desk, "1")["code"] == "spring"
    refused(desk, *redeeming("ann", "1"), code="token_unknown", status=4)
    token(desk, "002")
    assert shown(desk, "2")["code"] == shown(desk, "002")["code"] == "002"
    desk.sql("UPDATE tokens SET id = 777 WHERE id = 1")
    token(desk, "777")
    refused(desk, "token", "edit", "777", "--limit", "1", code="ambiguous", status=5)
    redeem(desk, "ann", "777")
    assert enrolled(desk) == ["ann@example.com"]


# Listing -----------------------------------------------------------------------------------------


def test_filters_combine(desk: Portal) -> None:
    """By item, word, limit, capacity, switch and expiry; an unlimited token has capacity."""
    token(desk, "free", "topic", "--nickname", "Café")
    token(desk, "full", "topic", "--limit", "1", "--expires", "2026-03-31")
    token(desk, "left", "article", "--limit", "2", "--expires", "2026-03-01")
    redeem(desk, "ann", "full")
    desk.ok("token", "deactivate", "free")
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
    assert {filters: codes(desk, *filters) for filters in expected} == expected
    assert desk.refused("token", "list", "--content", "nosuch") == "content_unknown"


def test_a_keyword_is_found_as_people_compare_texts(desk: Portal) -> None:
    """In any case and form of letters, whatever the database makes of them; signs are signs."""
    token(desk, "plain", "topic", "--nickname", "Strasse 100% a_b")
    token(desk, "sharp", "topic", "--nickname", "Straße")
    token(desk, "kelvin", "topic", "--nickname", "20 \u212a")
    token(desk, "other", "article", "--nickname", "ab")
    expected = {
        "STRASSE": ["plain", "sharp"],
        "20 k": ["kelvin"],
        "0% a": ["plain"],
        "A_B": ["plain"],
        "%": ["plain"],
        " ": ["plain", "sharp", "kelvin", "other"],
        "straßen": [],
    }
    assert {word: codes(desk, "--search", word) for word in expected} == expected


def test_a_list_says_how_each_token_stands(desk: Portal) -> None:
    """Open, disabled, expired or used up, in this order of importance."""
    token(desk, "open")
    token(desk, "off", "topic", "--expires", "2026-03-01")
    desk.ok("token", "deactivate", "off")
    token(desk, "late", "topic", "--expires", "2026-03-01", "--limit", "1")
    token(desk, "done", "topic", "--limit", "1")
    redeem(desk, "ann", "done")
    rows = desk.ok("token", "list", "-o", "json").json
    assert [(row["code"], row["state"]) for row in rows] == [
        ("open", "open"),
        ("off", "disabled"),
        ("late", "expired"),
        ("done", "used-up"),
    ]


# Changing ----------------------------------------------------------------------------------------


def test_everything_but_code_and_item_can_change(desk: Portal) -> None:
    """Each for itself; what is given as it is changes nothing, and an old version is refused."""
    token(desk, "spring", "topic", "--nickname", "A", "--limit", "5", "--expires", "2026-03-31")
    edit = ("token", "edit", "spring")
    desk.ok(*edit, "--nickname", "B")
    desk.ok(*edit, "--limit", "unlimited")
    desk.ok(*edit, "--expires", "never")
    desk.ok(*edit, "--creates", "staff")
    found = shown(desk)
    assert [found[key] for key in ("nickname", "limit", "expires_at", "creates", "version")] == [
        *("B", None, None, "staff", 5)
    ]
    with unchanged(desk, audited=0):
        desk.ok(*edit, "--nickname", "B", "--limit", "unlimited", "--expires", "never")
    refused(desk, *edit, "--limit", "3", "--if-version", "4", code="version_stale", status=5)
    desk.ok(*edit, "--nickname", "", "--if-version", "5")
    assert shown(desk)["nickname"] is None


def test_a_limit_cannot_fall_below_the_uses(desk: Portal) -> None:
    """The refusal names the number; exactly as many as were used is fine and closes it."""
    token(desk)
    for who in ("ann", "ben", "cat"):
        redeem(desk, who)
    error = refused(desk, "token", "edit", "spring", "--limit", "2", code="token_limit_below_uses")
    assert "3" in error["message"]
    desk.ok("token", "edit", "spring", "--limit", "3")
    refused(desk, *redeeming("dan"), code="token_used_up")
    desk.ok("token", "edit", "spring", "--limit", "4")
    redeem(desk, "dan")
    assert uses(desk) == 4


def test_a_change_touches_nobody_who_came_by_the_token(desk: Portal) -> None:
    """Neither expiry nor exhaustion nor deactivation nor another type."""
    token(desk)
    redeem(desk, "ann")
    before = desk.ok("user", "show", "ann@example.com", "-o", "json").json
    desk.ok("token", "edit", "spring", "--creates", "staff", "--limit", "1", "--expires", "now")
    desk.ok("token", "deactivate", "spring")
    desk.ok("token", "delete", "spring", "--yes")
    assert desk.ok("user", "show", "ann@example.com", "-o", "json").json == before
    assert enrolled(desk) == ["ann@example.com"]


def test_switching_twice_is_a_success(desk: Portal) -> None:
    """The second time nothing changes."""
    token(desk)
    for verb in ("deactivate", "activate"):
        assert desk.run("token", verb, "spring", "--exit-code").status == 3
        with unchanged(desk, audited=0):
            assert desk.run("token", verb, "spring", "--exit-code").status == 0


def test_an_item_with_tokens_stays(desk: Portal) -> None:
    """Deleting it is refused and says how many admit to it, without their codes."""
    token(desk, "zqxvkw")
    error = refused(desk, "content", "delete", "topic", code="content_in_use")
    assert "1 token admits to it" in error["message"]
    assert "zqxvkw" not in repr(error)
    desk.ok("token", "delete", "zqxvkw", "--yes")
    desk.ok("content", "delete", "topic", "--yes")


def test_a_new_zone_tells_whose_expiry_reads_differently(desk: Portal) -> None:
    """The instant stays; the token is named without its code."""
    token(desk, "zqxvkw", "topic", "--expires", "2026-03-31", "--nickname", "Fair")
    ran = desk.ok("settings", "set", "time-zone=Asia/Kathmandu")
    assert "Token 1 (Fair) expires at the same instant" in ran.err
    assert "zqxvkw" not in ran.err
    assert shown(desk, "zqxvkw")["expires_at"] == "2026-03-31T23:59:59Z"


# Minting -----------------------------------------------------------------------------------------

MINT = ("token", "mint", "--content", "topic", "--to", "codes.csv")


def minted(portal: Portal) -> list[dict[str, Any]]:
    """Return the rows of the file of codes."""
    with portal.folder.joinpath("codes.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_minting_makes_tokens_of_one_use_each(desk: Portal) -> None:
    """As many as wanted, alike but for their codes, which the file holds."""
    more = ("--nickname", "Fair", "--creates", "client", "--expires", "2026-03-31")
    desk.ok(*MINT, "--count", "30", *more)
    made = [row["code"] for row in minted(desk)]
    assert made == codes(desk)
    assert len(set(made)) == 30
    assert {row["status"] for row in minted(desk)} == {"open"}
    for code in made[:2]:
        found = shown(desk, code)
        assert (found["limit"], found["nickname"], found["creates"]) == (1, "Fair", "client")
        assert found["expires_at"] == "2026-03-31T23:59:59Z"
    redeem(desk, "ann", made[0])
    refused(desk, *redeeming("ben", made[0]), code="token_used_up")
    redeem(desk, "ben", made[1])


def test_recipients_stand_beside_the_codes(desk: Portal) -> None:
    """One for each, or the first so many; the database does not keep them, nobody is mailed."""
    for_two = ("--recipient", "ann@example.com", "--recipient", "ben@example.com")
    desk.ok(*MINT, *for_two)
    assert [row["recipient"] for row in minted(desk)] == ["ann@example.com", "ben@example.com"]
    desk.ok(*MINT, *for_two, "--count", "3")
    assert [row["recipient"] for row in minted(desk)][2:] == [""]
    refused(desk, *MINT, *for_two, "--count", "1", code="mint_recipients_too_many")
    refused(desk, *MINT, "--recipient", "nobody", code="email_invalid")
    assert desk.value("SELECT count(*) FROM notifications") == 0
    assert len(codes(desk)) == 5


@pytest.mark.parametrize("count", ["0", "-1", "100001"])
def test_a_number_to_mint_is_sensible(desk: Portal, count: str) -> None:
    """From 1 to 100,000 at once, and none at all is not a number."""
    refused(desk, *MINT, f"--count={count}", code="mint_count_wrong")
    refused(desk, *MINT, code="mint_count_wrong")


def test_without_a_file_nothing_is_minted(desk: Portal) -> None:
    """A folder that is not there, or a rehearsal: no token and no file."""
    with unchanged(desk, audited=0):
        words = ("token", "mint", "--content", "topic", "--count", "2", "--to")
        assert desk.refused(*words, "absent/codes.csv") == "csv_file_unwritable"
    with unchanged(desk, audited=0):
        desk.ok(*MINT, "--count", "2", "-n")
    assert not desk.folder.joinpath("codes.csv").exists()
    refused(desk, *MINT, "--count", "0", code="mint_count_wrong")
    assert not desk.folder.joinpath("codes.csv").exists()


def test_a_token_can_have_domains_of_its_own(portal: Portal) -> None:
    """It then admits newcomers from these, whatever the portal's list says, or from any."""
    stocked(portal, "--domain", "example.org")
    token(portal, "plain")
    token(portal, "open", "topic", "--any-domain")
    token(portal, "own", "topic", "--domain", "Example.COM")
    assert portal.refused(*redeeming("ann", "plain")) == "domain_not_allowed"
    redeem(portal, "ann", "open")
    redeem(portal, "ben", "own")
    assert shown(portal, "own")["domains"] == ["example.com"]
    portal.ok("token", "edit", "own", "--domain", "example.net")
    assert portal.refused(*redeeming("cara", "own")) == "domain_not_allowed"
    gates = portal.ok("token", "explain", "own", "--email", "cara@example.com", "-o", "json").json
    assert [gate["code"] for gate in gates["gates"]] == ["domain_not_allowed"]
    portal.ok("token", "edit", "own", "--portal-domains")
    assert shown(portal, "own")["domains"] is None
    redeem(portal, "ann", "plain")


def test_domains_that_contradict_each_other(portal: Portal) -> None:
    """A list and any at once mean nothing."""
    stocked(portal)
    both = ("--domain", "example.org", "--any-domain")
    assert portal.refused("token", "create", "--content", "topic", *both) == "domains_contradict"
