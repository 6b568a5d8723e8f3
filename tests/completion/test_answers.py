"""What a shell is answered when it asks how a command line may go on."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from lmsctl import commands
from lmsctl.completion import actions
from lmsctl.completion.cli import asking
from lmsctl.kit import driver
from lmsctl.nouns import NOUNS
from tests.conftest import Portal
from tests.statements import execute_text, query_plans

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
        (["d"], {"diff", "docs", "doctor", "db", "department"}),
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


# Every kind of value -----------------------------------------------------------------------------


# What takes a value that is written freely, by what the help calls it.
FREE = {
    "ADDRESS",
    "DATE",
    "HEADING",
    "HEADING=COLUMN",
    "INT",
    "INT RANGE",
    "LENGTH",
    "LENGTH|off",
    "N",
    "NAME",
    "NEW",
    "NUMBER",
    "N|unlimited",
    "RUN",
    "STR",
    "TEXT",
    "TIME",
    "TITLE",
    "URL",
    "VALUE",
}


def parameters() -> Iterator[tuple[Any, Any]]:
    """Yield every option and argument of every command that takes a value, with its context."""

    def walk(command: Any, ctx: Any) -> Iterator[tuple[Any, Any]]:
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, type(ctx)(below, parent=ctx, info_name=name))
        for one in command.params:
            if not getattr(one, "is_flag", False):
                yield one, ctx

    root = commands.build_root()
    for noun in NOUNS:
        above = typer.Context(root, info_name="lmsctl")
        command = commands.load_noun(noun)
        yield from walk(command, typer.Context(command, parent=above, info_name=noun))


def test_every_kind_of_value_is_known() -> None:
    """A value is of a kind that can be found, or it is one that is written freely."""
    unknown = set()
    for one, ctx in parameters():
        kind = asking.kind_of(one, ctx)
        assert kind is None or kind in {*actions.KINDS, "columns", "sort"}
        if kind is None and not hasattr(one.type, "choices"):
            is_option = one.param_type_name == "option"
            name = one.metavar or (one.type.name if is_option else one.name).upper()
            if name.strip("[].") not in FREE:
                unknown.add((ctx.command_path, one.name, name))
    assert unknown == set()


# What is typed, and what is offered in a portal that `seed` has filled.
VALUES: tuple[tuple[str, list[str]], ...] = (
    ("department show Sales/", ["Sales/Americas", "Sales/EMEA"]),
    ("department list --under sales/a", ["Sales/Americas"]),
    ("user list --department=Sales/E", ["--department=Sales/EMEA"]),
    ("department create Sa", []),
    ("group show M", ["Managers"]),
    ("user list --group M", ["Managers"]),
    ("group create M", []),
    ("role show department-", ["department-administrator"]),
    ("role grant ada dep", ["department-administrator"]),
    ("content show first", ["first-week"]),
    ("content create --folder on", ["onboarding"]),
    ("content create --folder first", []),
    ("enroll --content first", ["first-week"]),
    ("token show EXPO", ["EXPO-0001"]),
    ("signup-profile history su", ["support"]),
    ("autoenroll preview cl", ["clients"]),
    ("training show f", ["first-aid-1"]),
    ("catalog open first", ["first-week"]),
    ("catalog open --training first", ["first-aid-1"]),
    ("session show first-aid-1 n", ["next"]),
    ("session show first-aid-1:n", ["first-aid-1:next"]),
    ("enroll --training first-aid-1:n", ["first-aid-1:next"]),
    ("enrollment switch --training first-aid-1 --to n", ["next"]),
    ("enrollment switch --to n", []),
    ("field edit Of", ["Office"]),
    ("user create --field Of", ["Office="]),
    ("user list --filter type=s", ["type=staff"]),
    ("user list --filter department=Sales/E", ["department=Sales/EMEA"]),
    ("user list --filter last", ["last-name="]),
    ("can-i user.v", ["user.view"]),
    ("role edit author --add user.v", ["user.view"]),
    ("settings set priv", ["privacy-policy="]),
    ("settings set privacy-policy=o", ["privacy-policy=on", "privacy-policy=off"]),
    ("settings set time-zone=Europe/Berl", ["time-zone=Europe/Berlin"]),
    ("config get tim", ["time-zone"]),
    ("context use t", ["test"]),
    ("context add t", []),
    ("user list --context t", ["test"]),
    ("help to", ["tokens", "toml", "token"]),
    ("help user li", ["list"]),
    ("user list -o js", ["json", "jsonl"]),
    ("user list --color al", ["always"]),
    ("user list --tz Europe/Berl", ["Europe/Berlin"]),
    ("session list --tz=Europe/Berl", ["--tz=Europe/Berlin"]),
    ("role permissions --columns pe", ["permission"]),
    ("role permissions --columns permission,m", ["permission,meaning"]),
    ("role permissions --columns permission,p", []),
    ("role permissions --sort -pe", ["-permission"]),
    ("role permissions --sort=me", ["--sort=meaning"]),
    ("field show --columns n", []),
)


def test_values_are_offered(seeded_portal: Portal) -> None:
    """Every kind, in arguments and in options; what gets a new name is offered none."""
    config = seeded_portal.folder / "lmsctl.toml"
    config.write_text('[contexts.test]\ndatabase-url = "sqlite:///test.db"\n')
    config.chmod(0o600)
    offered = [(line, ask(seeded_portal, *line.split())) for line, _ in VALUES]
    assert offered == list(VALUES)


@pytest.fixture
def seeded_portal(portal: Portal) -> Portal:
    """Return a portal with a little of everything."""
    portal.ok("seed", "--seed", "1", "--people", "10", "--tokens", "1", "--trainings", "1")
    return portal


@pytest.mark.parametrize(
    "line",
    [
        "user import ",
        "user export --to x",
        "enroll --from=x",
        "token bulk-upload x.csv --rejects ",
        "batch ",
        "db backup ",
        "user list --config ",
    ],
)
def test_files_are_left_to_the_shell(empty_folder: Portal, line: str) -> None:
    """It knows their names, and how they are quoted."""
    assert empty_folder.ok(*line.split(" "), _LMSCTL_COMPLETE="zsh").out == "file\n"
    words = ("lmsctl", f"lmsctl {line}", BREAKS)
    assert empty_folder.ok(*words, _LMSCTL_COMPLETE="bash").out == "file\n"


# However large, and whoever else is there --------------------------------------------------------


def test_a_locked_database_keeps_nobody_waiting(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds it for long is not waited for."""
    monkeypatch.setattr(asking, "_MOST_SECONDS", 60)
    holder = driver.open_database(portal.url, patience=1)
    try:
        if portal.is_sqlite:
            holder.raw.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.begin_writing()
        execute_text(holder, "UPDATE portals SET name = name")
        if not portal.is_sqlite:
            execute_text(holder, "LOCK TABLE users")
        began = time.monotonic()
        assert ask(portal, "user", "show", "o") == []
        assert time.monotonic() - began < 2
    finally:
        holder.close()


def test_logins_are_looked_up_in_an_index(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many people there are, no more of them are read than are offered, nor sorted."""
    make_people(portal, "ada")
    monkeypatch.setenv("_LMSCTL_COMPLETE", "fish")
    plan = query_plans(portal, "login_key >=", "user", "show", "ad")
    bounded = "login_key>? AND login_key<?" if portal.is_sqlite else "Index Cond: ((login_key >="
    assert any(bounded in step for step in plan), plan
    assert not any("TEMP B-TREE" in step or "Sort" in step for step in plan), plan
