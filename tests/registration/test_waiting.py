"""What is promised of people who wait: nothing done for them vanishes, and they are asked again."""

import csv
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.signups import (
    VOID,
    check_ledgers,
    create_profile,
    mailed_code,
    open_registration,
    seats,
    sign_up,
    sign_up_command,
)

CONFIRM = ("registration", "confirm")
VIC = "vic@example.com"
SOON = "2026-03-02T12:09:59Z"
LATER = "2026-03-02T12:10:00Z"


@pytest.fixture
def confirming_portal(portal: Portal) -> Portal:
    """Return a portal that wants addresses confirmed, where vic waits and anna is there."""
    open_registration(portal, "--confirm-email")
    create_profile(portal, activations="1")
    portal.ok("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")
    portal.ok("content", "create", "--kind", "topic", "--code", "robot", "--title", "Robot")
    portal.ok("training", "create", "First aid", "--code", "fa")
    portal.ok("group", "create", "Readers")
    sign_up(portal, "vic")
    return portal


def mails(portal: Portal) -> int:
    """Return how many mails ask vic to confirm."""
    return int(portal.value("SELECT count(*) FROM notifications WHERE kind = 'confirmation'"))


def write(portal: Portal, *lines: str) -> str:
    """Write a file of people and return its name."""
    portal.folder.joinpath("people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "people.csv"


def rows(portal: Portal) -> list[dict[str, str]]:
    """Return the lines of the results of an import."""
    with portal.folder.joinpath("results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def show_later(portal: Portal, login: str = "vic") -> dict[str, Any]:
    """Return a person two days later, when every hold made at noon has run out."""
    portal.ok("department", "create", "Later", LMSCTL_NOW=VOID)
    found: dict[str, Any] = portal.ok("user", "show", login, "-o", "json", LMSCTL_NOW=VOID).json
    return found


# Nothing lasting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        "user edit vic --last-name X",
        "user move vic --department Sales",
        "user deactivate vic",
        "user end-employment vic",
        "user edit anna --supervisor vic",
        "department edit Sales --supervisor vic",
        "group add Readers vic",
        "group add Readers anna vic",
        "role grant vic author",
        "enroll --user vic --content robot",
        "enroll --user vic --training fa",
        "enrollment join --user vic --training fa",
        "content grant robot --user vic",
        "progress record --user vic --content robot --event viewed",
        "training create T --code t --organizer vic",
    ],
)
def test_acts_on_who_waits_are_refused_with_their_remedies(
    confirming_portal: Portal, act: str
) -> None:
    """The hold is named with its end, and both ways out of it."""
    error = refused(confirming_portal, *act.split(), code="not_confirmed_yet")
    assert "ends at 2026-03-04T12:00:00+00:00" in error["message"]
    for remedy in ("confirm", "release"):
        assert f"lmsctl registration {remedy} {VIC}" in error["hint"]


@pytest.mark.parametrize("file", ["Login,Content\nvic,robot", "Login,Training\nvic,fa"])
def test_files_of_enrollments_refuse_who_waits(confirming_portal: Portal, file: str) -> None:
    """Each such row, with the hold and its end."""
    ran = confirming_portal.run("enroll", "--from", write(confirming_portal, file), "-o", "json")
    assert [detail["code"] for detail in ran.error["details"]] == ["not_confirmed_yet"]
    assert "2026-03-04T12:00:00" in ran.error["details"][0]["message"]


def test_a_file_of_progress_refuses_who_waits(confirming_portal: Portal) -> None:
    """It would go with them."""
    file = write(
        confirming_portal, "Login,Content,Event,Score,Happened at", "vic,robot,viewed,,2026-03-01"
    )
    ran = confirming_portal.run("progress", "import", file, "-o", "json")
    assert [detail["code"] for detail in ran.error["details"]] == ["not_confirmed_yet"]


@pytest.mark.parametrize("target", [("--content", "robot"), ("--training", "fa")])
def test_selections_skip_who_waits(confirming_portal: Portal, target: tuple[str, str]) -> None:
    """Whoever else is meant is enrolled, and it is said who was passed over."""
    confirming_portal.ok("user", "move", "anna", "--department", "Sales")
    ran = confirming_portal.ok("enroll", "--department", "Sales", *target, "-o", "json")
    outcomes = {row["login"]: (row["outcome"], row["code"]) for row in ran.json}
    assert outcomes == {"anna": ("created", None), "vic": ("skipped", "not_confirmed_yet")}


# Vouching ----------------------------------------------------------------------------------------


def check_adopted(confirming_portal: Portal) -> None:
    """Check that vic is there for good, and that the history says that the address is confirmed."""
    assert show_later(confirming_portal)["status"] == "active"
    assert confirming_portal.ok("registration", "pending", "-o", "id", LMSCTL_NOW=VOID).out == ""
    history = confirming_portal.ok(
        "signup-profile", "history", "spring", "-o", "json", LMSCTL_NOW=VOID
    ).json
    assert [row["state"] for row in history["items"]] == ["confirmed"]
    assert seats(confirming_portal, VOID) == 3
    check_ledgers(confirming_portal)
    assert "already" in confirming_portal.ok(*CONFIRM, mailed_code(confirming_portal, "vic")).err


@pytest.mark.parametrize(
    "lines",
    [
        ("Login,Last name", "vic,Other"),
        ("Email,Department", f"{VIC},Sales"),
        ("Login,Add to group", "vic,Readers"),
        ("Login,Status", "vic,active"),
        ("Login,Email", "vic,new@example.com"),
        ("Login,First name", "vic,F"),
    ],
)
def test_a_file_of_people_vouches_for_who_waits(
    confirming_portal: Portal, lines: tuple[str, ...]
) -> None:
    """Its row is `updated` and says so, whatever else it changes, and two days later vic is there.

    Another row that comes to nothing changes nothing of that.
    """
    confirming_portal.ok("settings", "set", "plan.max-active-users=3")
    others = (f"anna{',' * lines[0].count(',')}",) if lines[0].startswith("Login") else ()
    file = write(confirming_portal, *lines, *others)
    ran = confirming_portal.ok("user", "import", file, "--results", "results.csv")
    assert "1 registration was confirmed by this file." in ran.err
    said = rows(confirming_portal)[0]
    assert (said["outcome"], said["message"]) == ("updated", "confirmed by this file")
    assert "status" in said["changed"].split(",")
    if "new@" in lines[1]:
        assert show_later(confirming_portal)["email"] == "new@example.com"
        assert (
            confirming_portal.ok("registration", "pending", "-o", "id", LMSCTL_NOW=VOID).out == ""
        )
    else:
        check_adopted(confirming_portal)


def test_a_file_makes_those_it_vouches_for_join(confirming_portal: Portal) -> None:
    """The rules that they waited for enroll them."""
    confirming_portal.ok(
        "autoenroll", "create", "--content", "robot", "--type", "client", "--code", "r"
    )
    confirming_portal.ok("user", "import", write(confirming_portal, "Login,Type", "vic,client"))
    assert confirming_portal.ok("learner", "courses", "vic", "-o", "id").out == "robot\n"


def test_a_row_that_says_pending_leaves_them_waiting(confirming_portal: Portal) -> None:
    """What was exported comes back unchanged; more than that cannot be asked of such a row."""
    confirming_portal.ok("user", "export", "--to", "all.csv")
    ran = confirming_portal.ok("user", "import", "all.csv", "-o", "json")
    assert (ran.json["updated"], ran.json["unchanged"]) == (0, 3)
    file = write(confirming_portal, "Login,Status,Last name", "vic,pending,Other")
    ran = confirming_portal.run("user", "import", file, "-o", "json")
    assert [detail["code"] for detail in ran.error["details"]] == ["not_confirmed_yet"]


@pytest.mark.parametrize("word", ["inactive", "ended"])
def test_a_file_ends_nobody_who_waits(confirming_portal: Portal, word: str) -> None:
    """As no administrator can, either."""
    ran = confirming_portal.run(
        "user", "import", write(confirming_portal, "Login,Status", f"vic,{word}"), "-o", "json"
    )
    assert [detail["code"] for detail in ran.error["details"]] == ["not_confirmed_yet"]


def test_a_supervisor_who_waits_must_be_vouched_for_too(confirming_portal: Portal) -> None:
    """Else they would be nobody's supervisor two days later."""
    lines = ("Login,Supervisor", "anna,vic")
    ran = confirming_portal.run("user", "import", write(confirming_portal, *lines), "-o", "json")
    assert [detail["code"] for detail in ran.error["details"]] == ["not_confirmed_yet"]
    confirming_portal.ok("user", "import", write(confirming_portal, *lines, "vic,"))
    assert show_later(confirming_portal, "anna")["supervisor"] == "vic"


def test_a_rehearsed_or_refused_file_vouches_for_nobody(confirming_portal: Portal) -> None:
    """What waits goes on waiting."""
    with unchanged(confirming_portal, audited=0):
        confirming_portal.ok(
            "user", "import", write(confirming_portal, "Login", "vic"), "--dry-run"
        )
    with unchanged(confirming_portal):
        confirming_portal.run(
            "user", "import", write(confirming_portal, "Login,Type", "vic,", "anna,nonsense")
        )
    file = write(confirming_portal, "Login,Type", "vic,", "anna,nonsense")
    assert confirming_portal.run("user", "import", file, "--keep-going").status == 7
    check_adopted(confirming_portal)


@pytest.mark.parametrize("more", [(), ("--department", "/"), ("--type", "client")])
def test_making_somebody_who_waits_vouches_for_them(
    confirming_portal: Portal, more: tuple[str, ...]
) -> None:
    """With --if-exists update; skipping leaves them as they are."""
    make = ("user", "create", "--email", VIC, "--first-name", "F", "--last-name", "L")
    with unchanged(confirming_portal, audited=0):
        confirming_portal.ok(*make, *more, "--if-exists", "skip")
    ran = confirming_portal.ok(*make, *more, "--if-exists", "update", "-o", "json")
    assert (ran.json["login"], ran.json["status"]) == ("vic", "active")
    assert ran.err == "Updated vic; their registration is confirmed by it.\n"
    check_adopted(confirming_portal)


def test_an_administrator_vouches_by_the_address(confirming_portal: Portal) -> None:
    """Twice is a success too; whoever never registered is not found."""
    ran = confirming_portal.ok(*CONFIRM, VIC, "-o", "json")
    assert (ran.json["login"], ran.json["status"]) == ("vic", "active")
    with unchanged(confirming_portal, audited=0):
        assert "already" in confirming_portal.ok(*CONFIRM, VIC.upper()).err
    refused(confirming_portal, *CONFIRM, "nobody@example.com", code="pending_unknown", status=4)
    check_adopted(confirming_portal)


# Asked again -------------------------------------------------------------------------------------


def check_pending(confirming_portal: Portal, *argv: str, now: str, mails_more: int) -> None:
    """Check that somebody who comes again is told until when, and nothing changes but mails."""
    tables = "SELECT * FROM users", "SELECT * FROM registrations", "SELECT * FROM portals"
    before, sent = [confirming_portal.sql(table) for table in tables], mails(confirming_portal)
    assert confirming_portal.run("--dry-run", *argv, LMSCTL_NOW=now).status == 6
    assert mails(confirming_portal) == sent
    ran = confirming_portal.run(*argv, "-o", "json", LMSCTL_NOW=now)
    assert (ran.status, ran.code) == (6, "confirmation_pending")
    assert "until 2026-03-04T12:00:00+00:00" in ran.error["message"]
    assert [confirming_portal.sql(table) for table in tables] == before
    assert mails(confirming_portal) == sent + mails_more


def test_coming_again_mails_the_confirmation_once_in_ten_minutes(confirming_portal: Portal) -> None:
    """However they come, also when it is full because of them; the first code stays good."""
    confirming_portal.ok("token", "create", "--content", "robot", "--code", "tok")
    confirming_portal.ok("content", "link", "robot")
    create_profile(confirming_portal, "other")
    who = ("--email", VIC, "--first-name", "F", "--last-name", "L")
    doors = (
        sign_up_command("vic"),
        sign_up_command("vic", "other"),
        ("token", "redeem", "tok", *who),
        ("registration", "submit", "--content", "robot", *who),
    )
    first = mailed_code(confirming_portal, "vic")
    for number, argv in enumerate(doors):
        check_pending(
            confirming_portal, *argv, now=SOON.replace("T12", f"T{12 + number}"), mails_more=0
        )
        check_pending(
            confirming_portal, *argv, now=LATER.replace("T12", f"T{12 + number}"), mails_more=1
        )
        later = LATER.replace("T12:10", f"T{12 + number}:19")
        check_pending(confirming_portal, *argv, now=later, mails_more=0)
        confirming_portal.sql(
            "UPDATE notifications SET created_at = :then WHERE kind = 'confirmation'",
            then=NOON.replace("T12", f"T{13 + number}"),
        )
    confirming_portal.ok("settings", "set", "plan.max-active-users=3")
    check_pending(confirming_portal, *doors[3], now="2026-03-03T12:00:00Z", mails_more=1)
    bodies = confirming_portal.sql(
        "SELECT DISTINCT body FROM notifications WHERE kind = 'confirmation'"
    )
    assert len(bodies) == 1
    confirming_portal.ok(*CONFIRM, first)


def test_a_door_that_is_shut_says_only_that(confirming_portal: Portal) -> None:
    """Who waits learns nothing there, and is not written to."""
    confirming_portal.ok("registration", "disable")
    refused(confirming_portal, *sign_up_command("vic"), code="registration_off", LMSCTL_NOW=LATER)


def test_an_administrator_has_it_mailed_again(confirming_portal: Portal) -> None:
    """Under the same limit: too soon is no mistake, and says from when on."""
    with unchanged(confirming_portal, audited=0):
        ran = confirming_portal.ok("registration", "resend", VIC, LMSCTL_NOW=SOON)
    assert ran.err.startswith("vic got it at 2026-03-02T12:00:00+00:00; ten minutes later")
    ran = confirming_portal.ok("registration", "resend", "vic", "-o", "json", LMSCTL_NOW=LATER)
    assert (ran.json["login"], ran.json["email"]) == ("vic", VIC)
    assert mails(confirming_portal) == 2
    assert (
        confirming_portal.ok(
            "registration", "resend", "vic", "--exit-code", LMSCTL_NOW=LATER
        ).status
        == 0
    )
    refused(confirming_portal, "registration", "resend", "anna", code="pending_unknown", status=4)


def test_explaining_tells_the_same(confirming_portal: Portal) -> None:
    """The gate of somebody who waits opens when the hold ends."""
    confirming_portal.ok("token", "create", "--content", "robot", "--code", "tok")
    for noun, name in (("signup-profile", "spring"), ("token", "tok")):
        ran = confirming_portal.ok(noun, "explain", name, "--email", VIC, "-o", "json")
        gate = next(gate for gate in ran.json["gates"] if gate["code"] == "confirmation_pending")
        assert gate["opens_at"] == VOID
    assert mails(confirming_portal) == 1
