"""What making, changing and deleting sign-up profiles promises."""

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.signups import (
    check_ledgers,
    create_profile,
    open_registration,
    show_profile,
    sign_up,
    sign_up_command,
)

CREATE = ("signup-profile", "create", "Spring", "--department", "Sales")


@pytest.fixture
def signup_portal(portal: Portal) -> Portal:
    """Return a portal with self-registration on and two departments."""
    return open_registration(portal, departments=("Sales", "Support"))


def test_a_profile_is_what_it_was_made(signup_portal: Portal) -> None:
    """Name, code, department, window and activations; the command echoes the window in words."""
    signup_portal.ok("settings", "set", "time-zone=Europe/Berlin")
    ran = signup_portal.ok(
        *(*CREATE, "--code", "spring", "--starts", "2026-03-01", "--ends", "2026-03-31"),
        *("--activations", "40"),
    )
    assert "from 2026-03-01T00:00:00+01:00 until 2026-03-31T23:59:59+02:00" in ran.err
    made = show_profile(signup_portal)
    link, _ = made.pop("link"), made.pop("per_day")
    assert made == {
        "id": 1,
        "code": "spring",
        "name": "Spring",
        "department": "Sales",
        "starts_at": "2026-02-28T23:00:00Z",
        "ends_at": "2026-03-31T21:59:59Z",
        "limit": 40,
        "used": 0,
        "state": "open",
        "blocked_by": [],
        "domains": None,
        "version": 1,
    }
    assert len(link) * 6 >= 128


def test_a_profile_without_start_is_open_from_now_on(signup_portal: Portal) -> None:
    """What is made without --starts works at once, and --ends never means never."""
    made = create_profile(signup_portal, activations="unlimited", ends="never")
    assert (made["starts_at"], made["ends_at"], made["limit"]) == (NOON, None, None)
    sign_up(signup_portal, "ann")


def test_a_code_is_made_up_when_none_is_given(signup_portal: Portal) -> None:
    """Without look-alikes, and different each time."""
    codes = {
        signup_portal.ok(*CREATE, "--ends", "never", "--activations", "1", "-o", "id").out.strip()
        for _ in range(5)
    }
    assert len(codes) == 5
    assert not set("".join(codes)) & set("ILOU")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("0", "activations_zero"),
        ("000", "activations_zero"),
        ("-1", "activations_wrong"),
        ("+1", "number_malformed"),
        ("1.5", "number_malformed"),
        ("1e3", "number_malformed"),
        ("１２", "number_malformed"),
        ("", "number_malformed"),
        (" 1", "number_malformed"),
        ("Unlimited", "number_malformed"),
        ("abc", "number_malformed"),
        ("x" * 5000, "number_malformed"),
        ("1000000001", "activations_wrong"),
        ("9" * 5000, "activations_wrong"),
    ],
)
def test_activations_are_a_whole_number_or_unlimited(
    signup_portal: Portal, given: str, code: str
) -> None:
    """Zero gets the advice to let the profile end; what is no number is a wrong command line."""
    status, audited = (2, 0) if code == "number_malformed" else (6, 1)
    words = ("--ends", "never", f"--activations={given}")
    error = refused(signup_portal, *CREATE, *words, code=code, status=status, audited=audited)
    assert ("--ends now" in error["hint"]) == (code == "activations_zero")
    assert len(error["message"]) < 150
    create_profile(signup_portal, activations="5")
    edit = ("signup-profile", "edit", "spring", f"--activations={given}")
    refused(signup_portal, *edit, code=code, status=status, audited=audited)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-03-10", "2026-03-09"),
        ("2026-03-10T09:00", "2026-03-10T09:00"),
        ("2026-03-10T09:00:01", "2026-03-10T09:00"),
        ("now", "now"),
    ],
)
def test_an_end_must_be_after_the_start(signup_portal: Portal, starts: str, ends: str) -> None:
    """The refusal shows both moments as they were understood, in the portal's zone."""
    signup_portal.ok("settings", "set", "time-zone=Asia/Kathmandu")
    words = ("--starts", starts, "--ends", ends, "--activations", "1")
    assert "+05:45" in refused(signup_portal, *CREATE, *words, code="window_empty")["message"]
    create_profile(signup_portal, starts="2026-03-20", ends="2026-03-21")
    error = refused(
        signup_portal,
        "signup-profile",
        "edit",
        "spring",
        "--ends",
        "2026-03-19",
        code="window_empty",
    )
    assert error["message"].count("+05:45") == 2


def test_a_profile_starts_at_some_time(signup_portal: Portal) -> None:
    """`never` is an end, not a start."""
    words = ("--starts", "never", "--ends", "never", "--activations", "1")
    refused(signup_portal, *CREATE, *words, code="start_missing", status=2, audited=0)


@pytest.mark.parametrize(
    ("option", "given", "code"),
    [
        ("--starts", "", "time_not_understood"),
        ("--ends", "", "time_not_understood"),
        ("--starts", "soon", "time_not_understood"),
        ("--ends", "5", "time_without_unit"),
        ("--ends", "+5m", "time_unit_ambiguous"),
        ("--starts", "03/04/2026", "date_not_year_first"),
        ("--starts", "2026-03-29T02:30", "local_time_missing"),
        ("--ends", "2026-10-25T02:30", "local_time_repeated"),
    ],
)
def test_a_time_that_could_mean_something_else_is_refused(
    signup_portal: Portal, option: str, given: str, code: str
) -> None:
    """On making and on changing alike; a clock that jumps is told by the portal's zone."""
    signup_portal.ok("settings", "set", "time-zone=Europe/Berlin")
    create_profile(signup_portal)
    times = {"--starts": "now", "--ends": "never", option: given}
    words = [word for pair in times.items() for word in pair]
    create = (*CREATE, *words, "--activations", "1")
    for command in (create, ("signup-profile", "edit", "spring", option, given)):
        error = refused(signup_portal, *command, code=code, status=2, audited=0)
        assert (code == "local_time_missing") == ("jump over" in error["message"])


def test_a_name_is_any_visible_text(signup_portal: Portal) -> None:
    """Markup is text like any other; what a terminal would obey, and endless names, are refused."""
    words = ("--ends", "never", "--activations", "1")
    for name in ("[bold]Spring[/]", "=1+1", "Frühling 🌷", "O'Brien; DROP TABLE users"):
        ran = signup_portal.ok(
            "signup-profile", "create", name, "--department", "Sales", *words, "-o", "json"
        )
        assert ran.json["name"] == name
    for name, code in (
        ("", "text_empty"),
        ("A\x1b[31mB", "text_character_forbidden"),
        ("A\u202eB", "text_character_forbidden"),
        ("A\nB", "text_character_forbidden"),
        ("N" * 10_000, "text_too_long"),
    ):
        refused(signup_portal, "signup-profile", "create", name, *CREATE[3:], *words, code=code)


@pytest.mark.parametrize("code", ["", "a b", "a/b", "x" * 65, "-a", "a\u200b\u202e", "a'b"])
def test_a_code_can_be_typed(signup_portal: Portal, code: str) -> None:
    """No blanks, quotes, slashes or invisible characters, and no hyphen in front."""
    words = ("--ends", "never", "--activations", "1", f"--code={code}")
    refused(signup_portal, *CREATE, *words, code="code_invalid")


def test_a_code_is_unique_in_one_form(signup_portal: Portal) -> None:
    """Case and composition do not tell two codes apart; a deleted one is free again."""
    create_profile(signup_portal, "café")
    words = ("--ends", "never", "--activations", "1", "--code", "CAFE\u0301")
    refused(signup_portal, *CREATE, *words, code="profile_exists", status=5)
    signup_portal.ok("signup-profile", "delete", "CAFÉ", "--yes")
    signup_portal.ok(*CREATE, *words)


def test_an_unknown_department_is_refused(signup_portal: Portal) -> None:
    """A profile leads somewhere."""
    words = ("--department", "Nowhere", "--ends", "never", "--activations", "1")
    refused(
        signup_portal, "signup-profile", "create", "X", *words, code="department_unknown", status=4
    )


def test_making_it_again_can_be_skipped_or_update(signup_portal: Portal) -> None:
    """A script may run twice: the second run changes nothing, the start stays where it was."""
    words = (*CREATE, "--ends", "2026-03-31", "--activations", "4", "--code", "spring")
    signup_portal.ok(*words)
    before = show_profile(signup_portal)
    for how in ("skip", "update"):
        with unchanged(signup_portal, audited=0):
            ran = signup_portal.run(
                "--exit-code", *words, "--if-exists", how, LMSCTL_NOW="2026-03-05T00:00:00Z"
            )
        assert ran.status == 0
    changed = (*CREATE, "--ends", "2026-04-30", "--activations", "9", "--code", "spring")
    signup_portal.ok(*changed, "--if-exists", "skip")
    assert show_profile(signup_portal) == before
    assert signup_portal.run("--exit-code", *changed, "--if-exists", "update").status == 3
    after = show_profile(signup_portal)
    assert (after["limit"], after["ends_at"]) == (9, "2026-04-30T23:59:59Z")
    assert (after["link"], after["starts_at"]) == (before["link"], before["starts_at"])


def test_a_number_is_no_code_when_making(signup_portal: Portal) -> None:
    """`--code 1 --if-exists update` makes a profile of that code and leaves number 1 alone."""
    first = create_profile(signup_portal, "spring")
    words = ("--ends", "never", "--activations", "1", "--code", str(first["id"]))
    made = signup_portal.ok(*CREATE, *words, "--if-exists", "update", "-o", "json").json
    assert made["id"] != first["id"]
    assert show_profile(signup_portal) == first
    refused(signup_portal, "signup-profile", "delete", "1", "--yes", code="ambiguous", status=5)
    signup_portal.ok("signup-profile", "show", str(made["id"]))


# Links -------------------------------------------------------------------------------------------


def test_the_link_is_shown_again_and_survives_every_edit(signup_portal: Portal) -> None:
    """Editing everything there is to edit leaves the link as it was."""
    link = create_profile(signup_portal)["link"]
    signup_portal.ok(
        *("signup-profile", "edit", "spring", "--name", "N", "--department", "Support"),
        *("--starts", "2026-03-01", "--ends", "2026-12-31", "--activations", "9", "--any-domain"),
    )
    assert show_profile(signup_portal)["link"] == link
    assert signup_portal.ok("signup-profile", "link", "spring", "-o", "id").out == f"{link}\n"
    sign_up(signup_portal, "ann", through=link)


def test_links_differ_and_are_never_taken_for_an_option(signup_portal: Portal) -> None:
    """No link begins with a hyphen, whatever chance gives."""
    create_profile(signup_portal)
    links = set()
    for _ in range(60):
        links.add(signup_portal.ok("signup-profile", "rotate", "spring", "-o", "id").out.strip())
    assert len(links) == 60
    assert not [link for link in links if link.startswith("-")]


def test_rotating_replaces_the_link_and_nothing_else(signup_portal: Portal) -> None:
    """The old link is unknown from then on; history and activations stay."""
    old = create_profile(signup_portal, activations="5")
    sign_up(signup_portal, "ann", through=old["link"])
    new = signup_portal.ok("signup-profile", "rotate", "spring", "-o", "json").json
    assert new["link"] != old["link"]
    refused(signup_portal, *sign_up_command("ben", old["link"]), code="profile_unknown", status=4)
    sign_up(signup_portal, "ben", through=new["link"])
    assert show_profile(signup_portal)["used"] == 2
    check_ledgers(signup_portal)


def test_a_link_works_bare_and_as_an_address(signup_portal: Portal) -> None:
    """With the portal's public address in front, with a slash behind, or alone."""
    bare = create_profile(signup_portal)["link"]
    signup_portal.ok("settings", "set", "public-url=https://learn.example.com/lms/")
    full = show_profile(signup_portal)["link"]
    assert full == f"https://learn.example.com/lms/join/{bare}"
    for number, written in enumerate((bare, full, f"{full}/", f" {full} ")):
        sign_up(signup_portal, f"p{number}", through=written)


def test_no_secret_link_goes_into_the_audit_log(signup_portal: Portal) -> None:
    """Neither one that works, nor one mistyped into a command that wants a code."""
    link = create_profile(signup_portal)["link"]
    sign_up(signup_portal, "ann", through=link)
    for words in (("edit", link, "--name", "X"), ("rotate", link), ("delete", link, "--yes")):
        refused(signup_portal, "signup-profile", *words, code="profile_unknown", status=4)
    signup_portal.ok("signup-profile", "rotate", "spring")
    refused(signup_portal, *sign_up_command("ben", link), code="profile_unknown", status=4)
    assert link not in repr(signup_portal.sql("SELECT * FROM audit_rows"))


# Editing -----------------------------------------------------------------------------------------


def test_editing_nothing_changes_nothing(signup_portal: Portal) -> None:
    """Options that say what is so already are `unchanged`."""
    create_profile(signup_portal, activations="4")
    with unchanged(signup_portal, audited=0):
        ran = signup_portal.ok(
            "--exit-code", "signup-profile", "edit", "spring", "--activations", "4"
        )
    assert ran.err.startswith("Unchanged: ")


def test_activations_cannot_go_below_those_used(signup_portal: Portal) -> None:
    """The refusal names the number; exactly that number closes the link, more revives it."""
    create_profile(signup_portal, activations="3")
    sign_up(signup_portal, "ann")
    sign_up(signup_portal, "ben")
    edit = ("signup-profile", "edit", "spring", "--activations")
    error = refused(signup_portal, *edit, "1", code="activations_below_used")
    assert error["message"] == "2 activations are used, so there cannot be only 1."
    signup_portal.ok(*edit, "2")
    refused(signup_portal, *sign_up_command("cat"), code="profile_used_up")
    signup_portal.ok(*edit, "3")
    sign_up(signup_portal, "cat")
    signup_portal.ok(*edit, "unlimited")
    sign_up(signup_portal, "dan")
    check_ledgers(signup_portal)


def test_changing_the_department_moves_nobody(signup_portal: Portal) -> None:
    """Who came stays where they are; who comes lands in the new one."""
    create_profile(signup_portal)
    sign_up(signup_portal, "ann")
    signup_portal.ok("signup-profile", "edit", "spring", "--department", "Support")
    assert sign_up(signup_portal, "ben").json["department"] == "Support"
    assert signup_portal.ok("user", "show", "ann", "-o", "json").json["department"] == "Sales"


def test_an_edit_can_insist_on_a_version(signup_portal: Portal) -> None:
    """Somebody else's change in between is noticed; sign-ups are not changes."""
    create_profile(signup_portal)
    sign_up(signup_portal, "ann")
    edit = ("signup-profile", "edit", "spring", "--if-version", "1", "--name")
    signup_portal.ok(*edit, "A")
    refused(signup_portal, *edit, "B", code="version_stale", status=5)


def test_domains_of_a_profile_exclude_each_other(signup_portal: Portal) -> None:
    """A list, any, or the portal's: one of them."""
    create_profile(signup_portal)
    for words in (
        ("--domain", "a.example", "--any-domain"),
        ("--domain", "a.example", "--portal-domains"),
        ("--any-domain", "--portal-domains"),
    ):
        command = ("signup-profile", "edit", "spring", *words)
        refused(signup_portal, *command, code="domains_contradict", status=2, audited=0)
    refused(
        signup_portal, "signup-profile", "edit", "spring", "--domain", "", code="domains_missing"
    )


# Deleting ----------------------------------------------------------------------------------------


def test_several_profiles_go_with_one_confirmation(signup_portal: Portal) -> None:
    """Unconfirmed nothing goes; confirmed all go, their people stay, their links are refused."""
    links = [create_profile(signup_portal, code)["link"] for code in ("a", "b", "c")]
    sign_up(signup_portal, "ann", through="a")
    delete = ("signup-profile", "delete", "a", "B", "a")
    ran = signup_portal.run(*delete, "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed")
    assert "Delete 2 sign-up profiles" in ran.error["message"]
    assert "Goes: a, b." in ran.error["details"][0]["message"]
    with unchanged(signup_portal, audited=0):
        signup_portal.run(*delete)
        signup_portal.ok("--dry-run", *delete)
    ran = signup_portal.ok(*delete, "--yes", "-o", "json")
    assert ran.json == [
        {"key": "a", "outcome": "deleted", "detail": None},
        {"key": "b", "outcome": "deleted", "detail": None},
    ]
    for link in links[:2]:
        refused(signup_portal, *sign_up_command("ben", link), code="profile_unknown", status=4)
    sign_up(signup_portal, "ben", through=links[2])
    signup_portal.ok("user", "show", "ann")
    check_ledgers(signup_portal)


def test_one_missing_profile_keeps_all(signup_portal: Portal) -> None:
    """All of them go, or none; `--if-missing ok` passes over those that are gone already."""
    create_profile(signup_portal, "a")
    delete = ("signup-profile", "delete", "a", "ghost", "--yes")
    refused(signup_portal, *delete, code="profile_unknown", status=4)
    ran = signup_portal.ok(*delete, "--if-missing", "ok", "-o", "json")
    assert [(row["key"], row["outcome"]) for row in ran.json] == [
        ("a", "deleted"),
        ("ghost", "unchanged"),
    ]
    with unchanged(signup_portal, audited=0):
        signup_portal.ok(*delete, "--if-missing", "ok")


def test_a_department_takes_its_profiles_along(signup_portal: Portal) -> None:
    """The question names them; afterwards their links are unknown."""
    link = create_profile(signup_portal)["link"]
    ran = signup_portal.run("department", "delete", "Sales", "-o", "json")
    assert ran.code == "confirmation_needed"
    assert [item["message"] for item in ran.error["details"]] == [
        "Goes too: sign-up profile spring (0 activations used)."
    ]
    signup_portal.ok("department", "delete", "Sales", "--yes")
    refused(signup_portal, *sign_up_command("ann", link), code="profile_unknown", status=4)


# Rights ------------------------------------------------------------------------------------------


@pytest.fixture
def portal_with_manager(signup_portal: Portal) -> Portal:
    """Return a portal with a profile in each department and `dan`, who manages Sales."""
    signup_portal.ok("department", "create", "EMEA", "--parent", "Sales")
    for code, department in (("own", "Sales"), ("below", "Sales/EMEA"), ("other", "Support")):
        create_profile(signup_portal, code, department=department)
    for login in ("dan", "lea"):
        signup_portal.ok(
            "user", "create", "--login", login, "--first-name", "F", "--last-name", "L"
        )
    signup_portal.ok("role", "grant", "dan", "department-administrator", "--department", "Sales")
    return signup_portal


def test_a_departments_administrator_works_within_scope(portal_with_manager: Portal) -> None:
    """Their departments and those below are theirs; a profile elsewhere does not exist for them."""
    dan = ("--as", "dan", "signup-profile")
    assert portal_with_manager.ok(*dan, "list", "-o", "id").out.split() == ["below", "own"]
    portal_with_manager.ok(*dan, "edit", "below", "--name", "X")
    portal_with_manager.ok(*dan, "explain", "own")
    for words in (
        ("show", "other"),
        ("link", "other"),
        ("history", "other"),
        ("explain", "other"),
    ):
        ran = portal_with_manager.run(*dan, *words, "-o", "json")
        assert (ran.status, ran.code) == (4, "profile_unknown")
    for change in (
        ("edit", "other", "--name", "X"),
        ("rotate", "other"),
        ("delete", "other", "--yes"),
        ("delete", "own", "other", "--yes"),
    ):
        refused(portal_with_manager, *dan, *change, code="profile_unknown", status=4)


def test_re_pointing_needs_the_old_and_the_new_department(portal_with_manager: Portal) -> None:
    """A profile can be neither pushed out of scope nor pulled into it."""
    edit = ("--as", "dan", "signup-profile", "edit")
    refused(
        portal_with_manager,
        *edit,
        "own",
        "--department",
        "Support",
        code="department_unknown",
        status=4,
    )
    refused(
        portal_with_manager,
        *edit,
        "other",
        "--department",
        "Sales",
        code="profile_unknown",
        status=4,
    )
    portal_with_manager.ok(*edit, "own", "--department", "Sales/EMEA")


def test_creating_needs_the_department(portal_with_manager: Portal) -> None:
    """Out of scope and absent are one answer."""
    for place in ("Support", "Nowhere", "/"):
        words = ("--department", place, "--ends", "never", "--activations", "1")
        command = ("--as", "dan", "signup-profile", "create", "X", *words)
        refused(portal_with_manager, *command, code="department_unknown", status=4)


def test_making_again_shows_nothing_that_is_out_of_scope(portal_with_manager: Portal) -> None:
    """A code that somebody else has is taken; what hangs on it stays unseen and unchanged."""
    words = ("--department", "Sales", "--ends", "never", "--activations", "1", "--code", "other")
    for how in ("fail", "skip", "update"):
        command = ("--as", "dan", "signup-profile", "create", "X", *words, "--if-exists", how)
        refused(portal_with_manager, *command, code="profile_exists", status=5)


def test_a_learner_may_do_nothing_with_profiles(portal_with_manager: Portal) -> None:
    """Reading and changing are forbidden before anything is looked up."""
    for words in (
        ("list",),
        ("show", "ghost"),
        ("link", "own"),
        ("history", "own"),
        ("explain", "own"),
        ("edit", "ghost", "--name", "X"),
        ("rotate", "own"),
        ("delete", "own", "--yes"),
    ):
        command = ("--as", "lea", "signup-profile", *words)
        refused(portal_with_manager, *command, code="permission_missing", status=8)


def test_a_code_of_another_scope_lets_nobody_in_but_the_link_does(
    portal_with_manager: Portal,
) -> None:
    """A code works for who may see the profile; the link is for everybody who has it."""
    for who, code in (("dan", "other"), ("lea", "own"), ("dan", "ghost")):
        command = ("--as", who, *sign_up_command("ann", code))
        refused(portal_with_manager, *command, code="profile_unknown", status=4)
    portal_with_manager.ok("--as", "dan", *sign_up_command("ann", "own"))
    portal_with_manager.ok(
        "--as", "lea", *sign_up_command("ben", show_profile(portal_with_manager, "other")["link"])
    )
