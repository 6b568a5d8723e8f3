"""What confirmation promises: a hold until the code comes back, and nothing left if it does not."""

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.signups import (
    LAST_SECOND,
    VOID,
    check_ledgers,
    create_profile,
    mailed_code,
    open_registration,
    seats,
    show_profile,
    sign_up,
    sign_up_command,
)

CONFIRM = ("registration", "confirm")


@pytest.fixture
def confirming_portal(portal: Portal) -> Portal:
    """Return a portal that wants addresses confirmed, with one profile of one activation."""
    open_registration(portal, "--confirm-email")
    create_profile(portal, activations="1")
    return portal


def status(portal: Portal, login: str, now: str = NOON) -> str:
    """Return a person's status."""
    ran = portal.ok("user", "show", login, "-o", "json", LMSCTL_NOW=now)
    return str(ran.json["status"])


def test_who_has_not_confirmed_cannot_act(confirming_portal: Portal) -> None:
    """The account waits: it can do nothing until the code comes back."""
    told = sign_up(confirming_portal, "ann").json
    assert (told["status"], told["expires_at"]) == ("pending", VOID)
    error = refused(
        confirming_portal,
        "--as",
        "ann",
        "settings",
        "set",
        "name=X",
        code="actor_not_active",
        status=8,
    )
    assert "pending" in error["message"]
    ran = confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann"))
    assert ran.err == "The registration of ann is confirmed.\n"
    assert status(confirming_portal, "ann") == "active"
    assert (
        confirming_portal.run("--as", "ann", "settings", "show", "-o", "json").code
        == "permission_missing"
    )
    check_ledgers(confirming_portal)


def test_confirming_twice_is_a_success_that_changes_nothing(confirming_portal: Portal) -> None:
    """The second answer is the first one, with `already`."""
    sign_up(confirming_portal, "ann")
    code = mailed_code(confirming_portal, "ann")
    first = confirming_portal.ok(
        *CONFIRM, code, "-o", "json", LMSCTL_NOW="2026-03-02T13:00:00Z"
    ).json
    with unchanged(confirming_portal, audited=0):
        again = confirming_portal.ok("--exit-code", *CONFIRM, code, "-o", "json", LMSCTL_NOW=VOID)
    assert again.json == first
    assert first["confirmed_at"] == "2026-03-02T13:00:00Z"
    assert "already" in again.err


def test_a_code_is_taken_as_people_give_it(confirming_portal: Portal) -> None:
    """In small letters, with blanks around it, or as the whole link from the mail."""
    confirming_portal.ok("settings", "set", "public-url=https://learn.example.com")
    sign_up(confirming_portal, "ann")
    code = mailed_code(confirming_portal, "ann")
    body = confirming_portal.value("SELECT body FROM notifications")
    assert f"\nhttps://learn.example.com/confirm/{code}\n" in body
    for written in (f"https://learn.example.com/confirm/{code}", f" {code.lower()} "):
        confirming_portal.ok("--dry-run", *CONFIRM, written)


def test_only_a_fingerprint_of_the_code_is_kept_beside_the_mail(confirming_portal: Portal) -> None:
    """Who reads the table of registrations cannot confirm anybody."""
    sign_up(confirming_portal, "ann")
    code = mailed_code(confirming_portal, "ann")
    assert len(code) * 5 >= 112
    rows = repr(
        confirming_portal.sql("SELECT * FROM registrations")
        + confirming_portal.sql("SELECT * FROM audit_rows")
    )
    assert code not in rows


@pytest.mark.parametrize("code", ["", "/", "0" * 25, "nonsense", "'; DROP TABLE users; --"])
def test_a_wrong_code_confirms_nobody(confirming_portal: Portal, code: str) -> None:
    """One answer for every code that is none."""
    sign_up(confirming_portal, "ann")
    error = refused(confirming_portal, *CONFIRM, code, code="confirmation_unknown", status=4)
    assert "ann" not in str(error)


def test_the_hold_lasts_to_the_second(confirming_portal: Portal) -> None:
    """One second before 48 hours it can be confirmed; at exactly 48 hours it is void."""
    sign_up(confirming_portal, "ann")
    code = mailed_code(confirming_portal, "ann")
    confirming_portal.ok("--dry-run", *CONFIRM, code, LMSCTL_NOW=LAST_SECOND)
    refused(
        confirming_portal, *CONFIRM, code, code="confirmation_unknown", status=4, LMSCTL_NOW=VOID
    )
    confirming_portal.ok(*CONFIRM, code, LMSCTL_NOW=LAST_SECOND)


def test_the_length_of_a_hold_is_a_setting_that_moves_no_hold_already_made(
    confirming_portal: Portal,
) -> None:
    """Who registered under 48 hours keeps them; who comes after gets the new length."""
    confirming_portal.ok("signup-profile", "edit", "spring", "--activations", "2")
    sign_up(confirming_portal, "ann")
    confirming_portal.ok("settings", "set", "hold-hours=1")
    assert sign_up(confirming_portal, "ben").json["expires_at"] == "2026-03-02T13:00:00Z"
    later = "2026-03-02T13:00:00Z"
    assert status(confirming_portal, "ann", later) == "pending"
    assert confirming_portal.run("user", "show", "ben", LMSCTL_NOW=later).status == 4


def test_an_expired_hold_gives_its_activation_to_whoever_claims_it(
    confirming_portal: Portal,
) -> None:
    """The account is gone, activation and seat are back, without anybody cleaning up."""
    sign_up(confirming_portal, "ann")
    refused(
        confirming_portal, *sign_up_command("ben"), code="profile_used_up", LMSCTL_NOW=LAST_SECOND
    )
    assert (show_profile(confirming_portal)["used"], show_profile(confirming_portal)["state"]) == (
        1,
        "used-up",
    )
    late = show_profile(confirming_portal, LMSCTL_NOW=VOID)
    assert (late["used"], late["state"]) == (0, "open")
    sign_up(confirming_portal, "ben", LMSCTL_NOW=VOID)
    assert [who["login"] for who in confirming_portal.ok("user", "list", "-o", "json").json] == [
        "ben",
        "owner",
    ]
    check_ledgers(confirming_portal)


def test_the_same_person_may_come_again_when_the_hold_has_run_out(
    confirming_portal: Portal,
) -> None:
    """Address and login are free in the very claim; the old code is worth nothing."""
    sign_up(confirming_portal, "ann")
    old = mailed_code(confirming_portal, "ann")
    ran = confirming_portal.run(*sign_up_command("ann"), "-o", "json", LMSCTL_NOW=LAST_SECOND)
    assert ran.code == "confirmation_pending"
    assert sign_up(confirming_portal, "ann", LMSCTL_NOW=VOID).json["login"] == "ann"
    refused(
        confirming_portal, *CONFIRM, old, code="confirmation_unknown", status=4, LMSCTL_NOW=VOID
    )
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann"), LMSCTL_NOW=VOID)
    check_ledgers(confirming_portal)


def test_what_expired_is_written_down_once(confirming_portal: Portal) -> None:
    """The next change cleans up and says so in the audit log; the mail of the dead account goes."""
    sign_up(confirming_portal, "ann")
    for name in ("A", "B"):
        confirming_portal.ok("department", "create", name, LMSCTL_NOW=VOID)
    assert (
        len(
            confirming_portal.ok(
                "audit", "list", "--code", "registrations.expired", "-o", "json"
            ).json
        )
        == 1
    )
    assert confirming_portal.value("SELECT count(*) FROM notifications") == 0
    check_ledgers(confirming_portal)


def test_confirming_works_after_the_profile_has_ended_or_is_gone(confirming_portal: Portal) -> None:
    """A profile may close after somebody has signed up by it."""
    confirming_portal.ok("signup-profile", "edit", "spring", "--activations", "2")
    sign_up(confirming_portal, "ann")
    sign_up(confirming_portal, "ben")
    confirming_portal.ok("signup-profile", "edit", "spring", "--ends", "2026-03-02T12:00:01Z")
    confirming_portal.ok("registration", "disable")
    later = "2026-03-03T00:00:00Z"
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann"), LMSCTL_NOW=later)
    confirming_portal.ok("signup-profile", "delete", "spring", "--yes", LMSCTL_NOW=later)
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ben"), LMSCTL_NOW=later)
    assert status(confirming_portal, "ben", later) == "active"
    check_ledgers(confirming_portal)


def test_a_hold_of_a_deleted_profile_still_runs_out(confirming_portal: Portal) -> None:
    """Its seat comes back although the activation has nowhere to go."""
    sign_up(confirming_portal, "ann")
    confirming_portal.ok("signup-profile", "delete", "spring", "--yes")
    confirming_portal.ok("department", "create", "A", LMSCTL_NOW=VOID)
    assert seats(confirming_portal, VOID) == 1
    check_ledgers(confirming_portal)


def test_switching_confirmation_off_leaves_those_who_wait_waiting(
    confirming_portal: Portal,
) -> None:
    """Only newcomers are active at once; the old code still works."""
    sign_up(confirming_portal, "ann")
    confirming_portal.ok("registration", "set", "--no-confirm-email")
    assert status(confirming_portal, "ann") == "pending"
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann"))


def test_an_administrator_may_confirm_in_their_place(confirming_portal: Portal) -> None:
    """Activating takes no second seat, and the code is a success afterwards."""
    sign_up(confirming_portal, "ann")
    confirming_portal.ok("user", "activate", "ann")
    assert seats(confirming_portal) == 2
    assert "already" in confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann")).err
    check_ledgers(confirming_portal)


# Those who wait ----------------------------------------------------------------------------------


def test_those_who_wait_are_listed_soonest_first(confirming_portal: Portal) -> None:
    """With when they expire; who has confirmed or expired is not among them."""
    confirming_portal.ok("signup-profile", "edit", "spring", "--activations", "3")
    sign_up(confirming_portal, "ann", LMSCTL_NOW="2026-03-02T12:00:05Z")
    sign_up(confirming_portal, "ben")
    sign_up(confirming_portal, "cat")
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "cat"))
    rows = confirming_portal.ok("registration", "pending", "-o", "json").json
    assert [(row["login"], row["expires_at"]) for row in rows] == [
        ("ben", VOID),
        ("ann", "2026-03-04T12:00:05Z"),
    ]
    late = confirming_portal.ok("registration", "pending", "-o", "id", LMSCTL_NOW=VOID)
    assert late.out == "ann\n"


@pytest.mark.parametrize("named", ["ann", "ANN@example.com"])
def test_releasing_ends_a_registration_at_once(confirming_portal: Portal, named: str) -> None:
    """Account, activation and seat are back, as if its time had run out."""
    sign_up(confirming_portal, "ann")
    code = mailed_code(confirming_portal, "ann")
    released = confirming_portal.ok("registration", "release", named, "-o", "json").json
    assert (released["login"], released["email"]) == ("ann", "ann@example.com")
    assert show_profile(confirming_portal)["used"] == 0
    assert seats(confirming_portal) == 1
    refused(confirming_portal, *CONFIRM, code, code="confirmation_unknown", status=4)
    refused(confirming_portal, "registration", "release", named, code="pending_unknown", status=4)
    check_ledgers(confirming_portal)


def test_only_who_waits_can_be_released(confirming_portal: Portal) -> None:
    """Neither the owner, nor somebody who confirmed, nor nobody."""
    sign_up(confirming_portal, "ann")
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann"))
    for named in ("owner", "ann", "nobody"):
        refused(
            confirming_portal, "registration", "release", named, code="pending_unknown", status=4
        )


def test_a_person_who_waits_cannot_be_deactivated_but_deleted(confirming_portal: Portal) -> None:
    """Deleting is releasing: the activation comes back, because it was never used."""
    sign_up(confirming_portal, "ann")
    refused(confirming_portal, "user", "deactivate", "ann", code="not_confirmed_yet")
    confirming_portal.ok("user", "delete", "ann", "--yes")
    assert show_profile(confirming_portal)["used"] == 0
    check_ledgers(confirming_portal)


def test_deleting_a_confirmed_person_gives_no_activation_back(confirming_portal: Portal) -> None:
    """What was used stays used; only the seat is free."""
    sign_up(confirming_portal, "ann")
    confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "ann"))
    confirming_portal.ok("user", "delete", "ann", "--yes")
    assert (show_profile(confirming_portal)["used"], seats(confirming_portal)) == (1, 1)
    refused(confirming_portal, *sign_up_command("ben"), code="profile_used_up")
    check_ledgers(confirming_portal)


def test_departments_administrators_see_and_release_their_own(portal: Portal) -> None:
    """Somebody who waits elsewhere is unknown to them, and learners may do nothing."""
    open_registration(portal, "--confirm-email", departments=("Sales", "Support"))
    for code, department in (("spring", "Sales"), ("other", "Support")):
        create_profile(portal, code, department=department)
    for login in ("dan", "lea"):
        portal.ok("user", "create", "--login", login, "--first-name", "F", "--last-name", "L")
    portal.ok("role", "grant", "dan", "department-administrator", "--department", "Sales")
    sign_up(portal, "ann")
    sign_up(portal, "ben", through="other")
    assert portal.ok("--as", "dan", "registration", "pending", "-o", "id").out == "ann\n"
    refused(
        portal, "--as", "dan", "registration", "release", "ben", code="pending_unknown", status=4
    )
    portal.ok("--as", "dan", "registration", "release", "ann")
    for command in (("registration", "pending"), ("registration", "release", "ben")):
        refused(portal, "--as", "lea", *command, code="permission_missing", status=8)


def test_acting_as_nobody_is_refused_where_no_right_is_needed_too(
    confirming_portal: Portal,
) -> None:
    """Nothing is ever written down under a name that does not exist."""
    sign_up(confirming_portal, "ann")
    code, link = mailed_code(confirming_portal, "ann"), show_profile(confirming_portal)["link"]
    confirming_portal.ok("signup-profile", "edit", "spring", "--activations", "2")
    for command in ((*CONFIRM, code), sign_up_command("ben", link)):
        refused(confirming_portal, "--as", "ghost", *command, code="actor_unknown", status=4)
        refused(confirming_portal, "--as", "ann", *command, code="actor_not_active", status=8)
    confirming_portal.ok("registration", "disable")
    refused(
        confirming_portal,
        "--as",
        "ghost",
        *sign_up_command("ben", link),
        code="actor_unknown",
        status=4,
    )
