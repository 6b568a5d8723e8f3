"""The tree: one root, no circle, nothing lost when a part of it goes."""

import pytest

from tests import database_rows
from tests.conftest import Portal

ANNA = ("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")


@pytest.fixture
def department_tree(portal: Portal) -> Portal:
    """Return a portal with Sales, Sales/EMEA, Sales/EMEA/DACH and HR."""
    for name, parent in (("Sales", "/"), ("EMEA", "Sales"), ("DACH", "Sales/EMEA"), ("HR", "/")):
        portal.ok("department", "create", name, "--parent", parent, "--code", name[:2])
    return portal


def paths(portal: Portal, *more: str) -> list[str]:
    """Return every path."""
    return portal.ok("department", "list", *more, "-o", "id").out.splitlines()


def test_departments_are_named_by_path_code_or_number(department_tree: Portal) -> None:
    """Case, blanks and slashes at the ends do not matter."""
    number = department_tree.ok("department", "show", "Sales/EMEA", "-o", "json").json["id"]
    for given in ("sales/emea", "/Sales/EMEA/", " SALES / EMEA ", "em", str(number)):
        assert department_tree.ok("department", "show", given, "-o", "id").out == "Sales/EMEA\n"
    assert department_tree.ok("department", "show", "/", "-o", "id").out == "/\n"
    for given in ("EMEA", "Sales/", "Sales//x", "", " "):
        code = department_tree.run("department", "show", given, "-o", "json")
        assert (code.status == 0) == (given == "Sales/"), given


def test_a_name_that_fits_two_is_refused_and_a_slash_tells_them_apart(
    department_tree: Portal,
) -> None:
    """A department may be called by a number that is another's."""
    number = department_tree.ok("department", "show", "HR", "-o", "json").json["id"]
    made = department_tree.ok("department", "create", str(number), "-o", "json").json
    assert made["path"] == str(number)
    assert department_tree.refused("department", "show", str(number)) == "ambiguous"
    assert (
        department_tree.ok("department", "show", f"/{number}", "-o", "json").json["id"]
        == made["id"]
    )
    department_tree.ok("department", "edit", f"/{number}", "--code", "num")
    assert (
        department_tree.ok("department", "create", str(number), "--if-exists", "skip").status == 0
    )


def test_a_department_does_not_move_under_itself_and_the_root_not_at_all(
    department_tree: Portal,
) -> None:
    """No circle, ever."""
    for target in ("Sales", "Sales/EMEA", "Sales/EMEA/DACH"):
        refused = department_tree.refused("department", "move", "Sales", "--parent", target)
        assert refused == "department_under_itself"
    assert (
        department_tree.refused("department", "move", "/", "--parent", "HR") == "department_is_root"
    )
    assert department_tree.refused("department", "delete", "/") == "department_is_root"
    assert department_tree.ok("db", "check")


def test_a_move_takes_everything_under_it_along(department_tree: Portal) -> None:
    """Paths change, people stay where they are."""
    department_tree.ok(*ANNA, "--department", "Sales/EMEA/DACH")
    ran = department_tree.ok("department", "move", "Sales/EMEA", "--parent", "HR")
    assert ran.err == "Moved to HR/EMEA.\n"
    assert paths(department_tree) == ["/", "HR", "HR/EMEA", "HR/EMEA/DACH", "Sales"]
    assert (
        department_tree.ok("user", "show", "anna", "-o", "json").json["department"]
        == "HR/EMEA/DACH"
    )
    assert paths(department_tree, "--under", "HR") == ["HR", "HR/EMEA", "HR/EMEA/DACH"]
    again = department_tree.ok("department", "move", "HR/EMEA", "--parent", "HR")
    assert again.err == "HR/EMEA is there already.\n"
    assert department_tree.ok("db", "check")


def test_a_rename_reaches_every_path_below(department_tree: Portal) -> None:
    """Also one that differs in case only; the root has a name and no path."""
    department_tree.ok("department", "edit", "Sales", "--name", "SALES")
    department_tree.ok("department", "edit", "sales/emea", "--name", "Europe")
    assert paths(department_tree) == ["/", "HR", "SALES", "SALES/Europe", "SALES/Europe/DACH"]
    department_tree.ok("department", "edit", "/", "--name", "Everything")
    assert paths(department_tree)[0] == "/"
    assert department_tree.ok("department", "show", "/", "-o", "json").json["name"] == "Everything"
    assert (
        department_tree.refused("department", "edit", "HR", "--name", "sales")
        == "department_exists"
    )
    assert department_tree.ok("db", "check")


def test_a_tree_has_a_depth_that_a_move_cannot_pass_either(portal: Portal) -> None:
    """Fifty levels; what hangs below counts as well."""
    path = ""
    for level in range(49):
        made = portal.ok("department", "create", f"d{level}", "--parent", path or "/", "-o", "id")
        path = made.out.strip()
    portal.ok("department", "create", "top")
    portal.ok("department", "create", "below", "--parent", "top")
    assert portal.refused("department", "move", "top", "--parent", path) == "department_too_deep"
    assert portal.ok("department", "show", "top/below")


def test_a_department_with_people_or_managers_stays(department_tree: Portal) -> None:
    """Of any status, in any daughter; the refusal says who."""
    department_tree.ok(*ANNA, "--department", "Sales/EMEA/DACH")
    department_tree.ok("user", "end-employment", "anna")
    ran = department_tree.run("department", "delete", "Sales", "--yes")
    assert ran.status == 6
    assert "anna in Sales/EMEA/DACH" in ran.err
    department_tree.ok("user", "move", "anna", "--department", "HR")
    department_tree.ok("user", "activate", "anna")
    department_tree.ok(
        "role", "grant", "anna", "department-administrator", "--department", "Sales/EMEA"
    )
    assert department_tree.refused("department", "delete", "Sales", "--yes") == "department_in_use"
    department_tree.ok("role", "revoke", "anna", "department-administrator")
    department_tree.ok("department", "delete", "Sales", "--yes")
    assert paths(department_tree) == ["/", "HR"]


def test_deleting_lists_and_takes_what_hangs_on_it(department_tree: Portal) -> None:
    """Daughters and sign-up profiles on them."""
    department_tree.ok(
        *("signup-profile", "create", "Spring", "--code", "spring", "--department", "Sales/EMEA"),
        *("--ends", "never", "--activations", "3"),
    )
    error = department_tree.run("department", "delete", "Sales", "-o", "json").error
    told = " ".join(item["message"] for item in error["details"])
    assert "Sales/EMEA/DACH" in told
    assert "Spring" in told or "spring" in told
    department_tree.ok("department", "delete", "Sales", "--yes")
    assert department_tree.refused("signup-profile", "show", "spring") == "profile_unknown"
    assert department_tree.refused("department", "delete", "Sales") == "department_unknown"
    ran = department_tree.ok("department", "delete", "Sales", "--if-missing", "ok", "-o", "json")
    assert ran.json == {"key": "Sales", "outcome": "unchanged", "detail": None}


def test_names_and_codes_are_taken_once(department_tree: Portal) -> None:
    """Compared without case; a code comes off with an empty one."""
    assert department_tree.refused("department", "create", "SALES") == "department_exists"
    assert (
        department_tree.refused("department", "create", "X", "--code", "SA")
        == "department_code_taken"
    )
    assert (
        department_tree.refused("department", "edit", "HR", "--code", "sa")
        == "department_code_taken"
    )
    department_tree.ok("department", "edit", "Sales", "--code", "")
    department_tree.ok("department", "edit", "HR", "--code", "sa")
    department_tree.ok("department", "edit", "HR", "--code", "SA")
    assert department_tree.ok("department", "show", "HR", "-o", "json").json["code"] == "SA"


def test_creating_what_exists_skips_or_updates_when_told(department_tree: Portal) -> None:
    """Otherwise it is a conflict."""
    again = ("department", "create", "Sales", "--if-exists")
    assert department_tree.run("department", "create", "Sales").status == 5
    assert (
        department_tree.ok(*again, "skip", "--code", "new").err
        == "The department Sales exists already.\n"
    )
    assert (
        department_tree.ok(*again, "update", "--code", "new").err
        == "Updated the department Sales.\n"
    )
    assert (
        department_tree.ok(*again, "update", "--code", "new").err
        == "Unchanged: the department Sales.\n"
    )


def test_an_edit_that_changes_nothing_is_not_written_down(department_tree: Portal) -> None:
    """Neither row nor audit row."""
    before = database_rows.all_rows(department_tree)
    ran = department_tree.ok(
        "department", "edit", "Sales", "--name", "Sales", "--supervisor", "none"
    )
    assert ran.err == "Unchanged: the department Sales.\n"
    assert database_rows.all_rows(department_tree) == before
    department_tree.ok("department", "edit", "Sales", "--supervisor", "owner")
    entry = department_tree.ok("audit", "list", "-o", "json").json[-1]
    assert (entry["code"], entry["detail"]) == ("department.changed", {"changed": ["supervisor"]})


def test_out_of_scope_and_absent_are_one_answer(department_tree: Portal) -> None:
    """Whoever sees a part of the tree learns nothing about the rest."""
    department_tree.ok(*ANNA)
    department_tree.ok("role", "grant", "anna", "department-administrator", "--department", "Sales")
    assert paths(department_tree, "--as", "anna") == ["Sales", "Sales/EMEA", "Sales/EMEA/DACH"]
    for path in ("HR", "Nowhere", "/"):
        ran = department_tree.run("department", "show", path, "--as", "anna")
        assert (ran.status, ran.err.splitlines()[0]) == (
            4,
            f"error: There is no department '{path}'.",
        )


def test_a_supervisor_is_somebody_the_actor_may_see(department_tree: Portal) -> None:
    """Whoever is out of scope is as unknown as nobody; without the right to see people, refused."""
    for login, place in (("anna", "Sales"), ("ben", "HR"), ("cyd", "Sales/EMEA")):
        names = ("--first-name", "F", "--last-name", "L")
        department_tree.ok("user", "create", "--login", login, *names, "--department", place)
    for role, more in (("builder", ("--permission", "user.view")), ("blind", ())):
        permissions = ("--permission", "department.manage", *more)
        department_tree.ok("role", "create", role, *permissions)
    department_tree.ok("role", "grant", "anna", "builder", "--department", "Sales")
    department_tree.ok("role", "grant", "cyd", "blind", "--department", "Sales")
    edit = ("department", "edit", "Sales", "--supervisor")
    for login in ("ben", "nobody", "owner"):
        assert department_tree.refused(*edit, login, "--as", "anna") == "supervisor_unknown"
    assert (
        department_tree.ok(*edit, "CYD", "--as", "anna", "-o", "json").json["supervisor"] == "cyd"
    )
    assert department_tree.refused(*edit, "anna", "--as", "cyd") == "permission_missing"
    department_tree.ok(*edit, "none", "--as", "cyd")
