"""The log: every change, every refusal, both names, and no secret."""

import json
from typing import Any

from tests import signups
from tests.conftest import Portal

ANNA = ("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")


def audit_entries(portal: Portal, *filters: str) -> list[dict[str, Any]]:
    """Return the log."""
    found: list[dict[str, Any]] = portal.ok("audit", "list", *filters, "-o", "json").json
    return found


def test_both_names_are_written_down(portal: Portal) -> None:
    """Who ran the program, and whose rights were used, for changes and refusals."""
    portal.ok(*ANNA)
    portal.ok("role", "grant", "anna", "administrator")
    portal.ok("department", "create", "Sales", "--as", "anna")
    assert portal.refused("department", "create", "Sales", "--as", "anna") == "department_exists"
    done, refused = audit_entries(portal)[-2:]
    assert (done["actor"], refused["actor"]) == ("anna", "anna")
    assert done["operator"] == refused["operator"] != ""
    assert (done["command"], done["verdict"], done["code"], done["target"]) == (
        "department create",
        "done",
        "department.created",
        "department Sales",
    )
    assert (refused["verdict"], refused["code"]) == ("refused", "department_exists")
    assert audit_entries(portal)[0]["actor"] is None


def test_a_change_and_its_row_are_one_transaction(portal: Portal) -> None:
    """No change without the row: when the row cannot be written, nothing is."""
    if portal.is_sqlite:
        portal.sql(
            "CREATE TRIGGER no BEFORE INSERT ON audit_rows BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    else:
        portal.sql("ALTER TABLE audit_rows ADD CONSTRAINT no CHECK (id < 3)")
    assert portal.run("department", "create", "Sales").status == 1
    assert portal.refused("department", "show", "Sales") == "department_unknown"


def test_looking_is_not_written_down_unless_it_is_forbidden(portal: Portal) -> None:
    """Not found while looking is no event; lacking a right is."""
    portal.ok(*ANNA)
    before = len(audit_entries(portal))
    portal.ok("user", "list")
    assert portal.refused("user", "show", "nobody") == "user_unknown"
    assert len(audit_entries(portal)) == before
    assert portal.refused("user", "list", "--as", "anna") == "permission_missing"
    assert audit_entries(portal)[-1]["code"] == "permission_missing"


def test_usage_and_confirmations_are_not_events(portal: Portal) -> None:
    """Nothing was asked of the portal yet."""
    portal.ok("department", "create", "Sales")
    before = len(audit_entries(portal))
    for argv in (("department", "creat"), ("department", "delete", "Sales")):
        assert portal.run(*argv).status in {2, 9}
    assert len(audit_entries(portal)) == before


def test_the_log_is_narrowed_by_time_verdict_code_and_target(portal: Portal) -> None:
    """Filters combine; the order is that of the events."""
    portal.ok("department", "create", "A")
    portal.ok("department", "create", "B", LMSCTL_NOW="2026-03-03T12:00:00Z")
    assert portal.refused("department", "create", "B") == "department_exists"
    assert [row["target"] for row in audit_entries(portal, "--code", "department.created")] == [
        "department A",
        "department B",
    ]
    assert [row["target"] for row in audit_entries(portal, "--since", "2026-03-03")] == [
        "department B"
    ]
    assert [row["code"] for row in audit_entries(portal, "--verdict", "refused")] == [
        "department_exists"
    ]
    assert len(audit_entries(portal, "--target", "department B")) == 2
    assert [row["id"] for row in audit_entries(portal)] == sorted(
        row["id"] for row in audit_entries(portal)
    )


def test_the_log_is_narrowed_by_person_command_period_and_kind(portal: Portal) -> None:
    """A login takes both sides; one word of a command or target stands for all that begin so."""
    portal.ok(*ANNA)
    portal.ok("role", "grant", "anna", "administrator")
    portal.ok("department", "create", "Sales", "--as", "anna")
    portal.ok("department", "create", "Sal", LMSCTL_NOW="2026-03-05T12:00:00Z")
    portal.ok("department", "edit", "Sal", "--name", "Sold", LMSCTL_NOW="2026-03-05T12:00:01Z")

    def commands(*filters: str) -> list[str]:
        return [row["command"] for row in audit_entries(portal, *filters)]

    assert commands("--person", "anna") == ["user create", "role grant", "department create"]
    assert commands("--person", "ann") == []
    assert commands("--command", "department") == [*["department create"] * 2, "department edit"]
    assert commands("--command", "department edit") == ["department edit"]
    assert commands("--command", "depart") == []
    assert commands("--target", "department Sal") == ["department create", "department edit"]
    assert len(commands("--target", "department")) == 3
    assert commands("--until", "2026-03-04", "--command", "department") == ["department create"]
    assert commands("--since", "2026-03-05", "--until", "2026-03-05T12:00:00Z") == [
        "department create"
    ]
    assert commands("--person", "anna", "--command", "department", "--verdict", "refused") == []


def test_no_secret_is_in_the_log(portal: Portal) -> None:
    """Neither links nor codes of mails, also when they are refused."""
    signups.open_registration(portal, "--confirm-email", "--any-domain")
    link = signups.create_profile(portal)["link"]
    signups.sign_up(portal, "anna")
    code = signups.mailed_code(portal, "anna")
    portal.ok("registration", "confirm", code)
    secret = link.rpartition("/")[2]
    assert portal.run(*signups.sign_up_command("anna", link)).status != 0
    assert portal.run(*signups.sign_up_command("ben", f"{secret}x")).status != 0
    assert portal.run("registration", "confirm", f"{code}x").status != 0
    portal.ok("signup-profile", "rotate", "spring")
    assert portal.run(*signups.sign_up_command("ben", link)).status != 0
    rows = json.dumps(portal.sql("SELECT * FROM audit_rows"), default=str)
    assert len(secret) > 16
    assert secret not in rows
    assert code not in rows
    assert "s3cret" not in rows
