"""What a shell is answered when it asks how a command line may go on."""

import pytest

from tests.conftest import Portal

BREAKS = " \t\n\"'><=;|&(:"


def ask(portal: Portal, *words: str, **variables: str) -> list[str]:
    """Return what is offered behind words, the last of which is being typed."""
    ran = portal.ok(*words, _LMSCTL_COMPLETE="fish", **variables)
    assert ran.err == ""
    return [line.partition("\t")[0] for line in ran.out.splitlines()[1:]]


@pytest.fixture
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Return an empty folder to work in."""
    return Portal("", tmp_path_factory.mktemp("empty"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(empty_folder: Portal, shell: str) -> None:
    """It asks the program by the variable that the program listens to."""
    assert f"_LMSCTL_COMPLETE={shell} " in empty_folder.ok("completion", shell).out


def test_an_unknown_shell_is_a_usage_error(empty_folder: Portal) -> None:
    """Exit status 2."""
    assert empty_folder.run("completion", "tcsh").status == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["d"], {"doctor", "db", "department"}),
        (["db", "b"], {"backup"}),
        (["db", "backup", "--f"], {"--force", "--first"}),
        (["user", "list", "--dr"], {"--dry-run"}),
        (["user", "list", "--type", "s"], {"staff"}),
        (["user", "list", "--type=s"], {"--type=staff"}),
        (["user", "list", "--type", "x"], set()),
    ],
)
def test_nouns_verbs_options_and_choices_are_offered(
    empty_folder: Portal, words: list[str], expected: set[str]
) -> None:
    """Global options follow a verb too, although its help does not list them."""
    assert set(ask(empty_folder, *words)) == expected


def test_the_question_of_something_else_is_answered_with_nothing(empty_folder: Portal) -> None:
    """Nobody is to see an error on the line."""
    for shell, words in (("tcsh", ["user"]), ("", []), ("bash", ["lmsctl"])):
        ran = empty_folder.ok(*words, _LMSCTL_COMPLETE=shell)
        assert (ran.out.strip(), ran.err) == ("", "")


def make_people(portal: Portal, *logins: str) -> None:
    """Make people with these logins."""
    for login in logins:
        portal.ok(
            "user", "create", "--login", login, "--email", f"{login}@mail.example.com",
            "--first-name", "A", "--last-name", "B",
        )  # fmt: skip


def test_logins_are_offered(portal: Portal) -> None:
    """Also behind options that take one, in other letters, and addresses once they look so."""
    make_people(portal, "adam", "ada", "bert")
    assert ask(portal, "user", "show", "ad") == ["ada", "adam"]
    assert ask(portal, "user", "show", "AD") == ["ada", "adam"]
    assert ask(portal, "user", "show", "adam@m") == ["adam@mail.example.com"]
    assert ask(portal, "enroll", "--user", "be") == ["bert"]
    assert ask(portal, "user", "list", "--as", "be") == ["bert"]
    assert ask(portal, "user", "show", "zoe") == []


def test_what_many_logins_have_in_common_is_that_of_all_of_them(portal: Portal) -> None:
    """Only some are read; the last one is among them, so that a shell puts in no more than that."""
    make_people(portal, *(f"pat{number:02}" for number in range(55)), "paul")
    offered = ask(portal, "user", "show", "p")
    assert len(offered) == 51
    assert offered[-1] == "paul"


def test_only_whom_the_actor_sees_is_offered(portal: Portal) -> None:
    """By the rights of --as, wherever it stands on the line; who has none is offered nobody."""
    portal.ok("department", "create", "Sales")
    make_people(portal, "ada", "adam")
    portal.ok("user", "move", "adam", "--department", "Sales")
    assert ask(portal, "--as", "ada", "user", "show", "ad") == ["ada"]
    portal.ok("role", "grant", "ada", "department-administrator", "--department", "Sales")
    assert ask(portal, "--as", "ada", "user", "show", "ad") == ["ada", "adam"]
    assert ask(portal, "user", "show", "--as", "ada", "o") == []
    assert ask(portal, "user", "show", "--as", "nobody", "ad") == []


def test_asking_leaves_no_trace(portal: Portal) -> None:
    """No row is written, not even about somebody without the right."""
    before = portal.ok("audit", "list", "-o", "json").json
    ask(portal, "user", "show", "")
    ask(portal, "user", "show", "--as", "nobody", "")
    assert portal.ok("audit", "list", "-o", "json").json == before


@pytest.mark.parametrize(
    "variables",
    [
        {"LMSCTL_DATABASE_URL": "sqlite:///absent.db"},
        {"LMSCTL_DATABASE_URL": ""},
        {"LMSCTL_DATABASE_URL": "nonsense"},
        {"LMSCTL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"},
        {"LMSCTL_CONFIG": "absent.toml"},
        {"LMSCTL_DATABASE_URL": "", "LMSCTL_DATABASE_URL_FILE": "secret"},
        {"LMSCTL_OUTPUT": "nonsense"},
        {"LMSCTL_TZ": "nonsense"},
    ],
)
def test_whatever_is_wrong_nothing_is_said(empty_folder: Portal, variables: dict[str, str]) -> None:
    """Without a database that answers nothing is offered; the status is 0 all the same."""
    secret = empty_folder.folder / "secret"
    secret.write_text("postgresql://nobody:secret@127.0.0.1:1/nothing")
    secret.chmod(0o644)
    assert ask(empty_folder, "user", "show", "a", **variables) == []


def test_an_old_schema_offers_nothing(portal: Portal) -> None:
    """What its columns mean is not known."""
    portal.sql("UPDATE alembic_version SET version_num = '1'")
    assert ask(portal, "user", "show", "o") == []
