"""The configuration file: what holds, why, and how it is changed."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lmsctl.kit import writing
from lmsctl.kit.config import MAIL_KEYS
from tests.conftest import Portal


class FolderWithoutDatabase(Portal):
    """A folder without any database, in which the program is run."""

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables without an address of a database."""
        variables = super().environment(**more)
        if not self.url:
            del variables["LMSCTL_DATABASE_URL"]
        return {**variables, "XDG_CONFIG_HOME": str(self.folder / "home"), **more}

    @property
    def file(self) -> Path:
        """The configuration file of this folder."""
        return self.folder / "lmsctl.toml"

    def write(self, text: str) -> None:
        """Write the configuration file."""
        self.file.write_text(text)
        self.file.chmod(0o600)

    def written(self) -> dict[str, Any]:
        """Return the configuration file as data."""
        return tomllib.loads(self.file.read_text())

    def shown(self, *argv: str, **variables: str) -> dict[str, tuple[str | None, str]]:
        """Return each key's value and source as `config show` says them."""
        rows = self.ok("config", "show", *argv, "-o", "json", **variables).json
        return {row["key"]: (row["value"], row["source"]) for row in rows}


@pytest.fixture
def empty_folder(tmp_path: Path) -> FolderWithoutDatabase:
    """Return an empty folder to work in."""
    return FolderWithoutDatabase("", tmp_path, now=None)


def test_without_anything_the_defaults_hold(empty_folder: FolderWithoutDatabase) -> None:
    """Every key is shown, also when nobody said anything, and no file is made."""
    assert empty_folder.shown() == {
        "context": ("default", "default"),
        "output": ("json", "--output"),
        "time-zone": (None, "default"),
        "color": ("auto", "default"),
        "database-url": (None, "default"),
        **{f"mail.{key}": (None, "default") for key in MAIL_KEYS},
    }
    assert not empty_folder.file.exists()


def test_an_option_beats_a_variable_and_that_the_file(empty_folder: FolderWithoutDatabase) -> None:
    """Each value comes with who said it."""
    empty_folder.write("time-zone = 'Europe/Rome'\n")
    assert empty_folder.shown()["time-zone"] == ("Europe/Rome", "lmsctl.toml")
    assert empty_folder.shown(LMSCTL_TZ="Europe/Oslo")["time-zone"] == ("Europe/Oslo", "LMSCTL_TZ")
    given = empty_folder.shown("--tz", "Asia/Tokyo", LMSCTL_TZ="Europe/Oslo")
    assert given["time-zone"] == ("Asia/Tokyo", "--tz")


def test_a_zone_that_is_none_is_a_matter_of_where_it_stands(portal: Portal) -> None:
    """The command line and its variables are usage, the file is configuration."""
    look = ("user", "list", "-o", "json")
    for argv, variables in ((("--tz", "Mars/Base"), {}), ((), {"LMSCTL_TZ": "Mars/Base"})):
        ran = portal.run(*look, *argv, **variables)
        assert (ran.status, ran.code) == (2, "time_zone_unknown")
    file = portal.folder / "lmsctl.toml"
    file.write_text("time-zone = 'Mars/Base'\n")
    file.chmod(0o600)
    ran = portal.run(*look)
    assert (ran.status, ran.code) == (10, "config_value_wrong")
    assert "time-zone" in ran.error["message"]
    portal.ok(*look, "--tz", "UTC")
    portal.ok("config", "set", "time-zone", "Europe/Rome", "-o", "off")
    portal.ok(*look)


def test_the_address_is_shown_with_its_source_and_without_its_password(
    empty_folder: FolderWithoutDatabase,
) -> None:
    """From a variable, from a secret file, from a context."""
    url = "postgresql://u:geheim@host/name"
    masked = "postgresql://u:***@host/name"
    given = empty_folder.shown(LMSCTL_DATABASE_URL=url)
    assert given["database-url"] == (masked, "LMSCTL_DATABASE_URL")
    empty_folder.write(f"[contexts.default]\ndatabase-url = '{url}'\nlock-timeout = 7\n")
    shown = empty_folder.shown()
    assert shown["database-url"] == (masked, "lmsctl.toml")
    assert shown["lock-timeout"] == ("7", "lmsctl.toml")
    secret = empty_folder.folder / "secret"
    secret.write_text(url)
    secret.chmod(0o600)
    empty_folder.write("[contexts.default]\ndatabase-url-file = 'secret'\n")
    assert empty_folder.shown()["database-url"][0] == masked
    for command in (["config", "get", "database-url"], ["context", "list"], ["doctor"]):
        ran = empty_folder.run(*command)
        assert "geheim" not in ran.out + ran.err


def test_a_value_that_was_set_is_in_the_file_and_holds(empty_folder: FolderWithoutDatabase) -> None:
    """The file is made readable by its owner only."""
    empty_folder.ok("config", "set", "time-zone", "Europe/Rome", "-o", "off")
    assert empty_folder.written() == {"time-zone": "Europe/Rome"}
    assert stat.S_IMODE(empty_folder.file.stat().st_mode) == 0o600
    assert empty_folder.ok("config", "get", "time-zone", "-o", "id").out == "Europe/Rome\n"


def test_setting_the_same_value_again_changes_nothing(empty_folder: FolderWithoutDatabase) -> None:
    """With --exit-code 3 says that something changed and 0 that nothing did."""
    assert empty_folder.run("config", "set", "output", "plain", "--exit-code").status == 3
    assert empty_folder.run("config", "set", "output", "plain", "--exit-code").status == 0
    assert empty_folder.run("config", "unset", "output", "--exit-code").status == 3
    assert empty_folder.run("config", "unset", "output", "--exit-code").status == 0
    assert empty_folder.written() == {}


def test_a_rehearsed_change_writes_nothing(empty_folder: FolderWithoutDatabase) -> None:
    """What would be written is shown."""
    row = empty_folder.ok("config", "set", "color", "never", "-n", "-o", "json").json
    assert row["value"] == "never"
    empty_folder.ok("context", "add", "test", "--url", "sqlite:///x.db", "-n")
    assert not empty_folder.file.exists()


def test_keys_of_a_connection_go_to_the_one_in_use_or_the_one_named(
    empty_folder: FolderWithoutDatabase,
) -> None:
    """`lock-timeout` alone is that of the current context."""
    empty_folder.ok("context", "add", "live", "--url", "postgresql://host/live")
    empty_folder.ok("context", "add", "test", "--url", "sqlite:///test.db")
    empty_folder.ok("config", "set", "lock-timeout", "60")
    empty_folder.ok("config", "set", "contexts.test.lock-timeout", "5")
    assert empty_folder.written()["contexts"]["live"]["lock-timeout"] == 60
    assert empty_folder.written()["contexts"]["test"]["lock-timeout"] == 5
    assert empty_folder.ok("config", "get", "contexts.test.lock-timeout", "-o", "id").out == "5\n"


def test_one_address_replaces_the_other(empty_folder: FolderWithoutDatabase) -> None:
    """An address set later is not silently overruled by a file named earlier."""
    empty_folder.ok("context", "add", "live", "--url-file", "secret")
    assert empty_folder.written()["contexts"]["live"] == {
        "database-url-file": str(empty_folder.folder / "secret")
    }
    empty_folder.ok("config", "set", "database-url", "postgresql://host/live")
    assert empty_folder.written()["contexts"]["live"] == {"database-url": "postgresql://host/live"}


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("outptu", "json", "key_unknown"),
        ("contexts.absent.lock-timeout", "5", "context_unknown"),
        ("contexts.live.speed", "5", "key_unknown"),
        ("output", "xml", "key_value_wrong"),
        ("color", "blue", "key_value_wrong"),
        ("lock-timeout", "0", "key_value_refused"),
        ("lock-timeout", "3601", "key_value_refused"),
        ("lock-timeout", "soon", "key_value_wrong"),
        ("lock-timeout", "²", "key_value_wrong"),
        ("time-zone", "Mars/Base", "time_zone_unknown"),
        ("context", "absent", "context_unknown"),
        ("mail.transprot", "folder:outbox", "key_unknown"),
        ("transport", "folder:outbox", "key_unknown"),
        ("mail.transport", "outbox", "key_value_wrong"),
        ("mail.transport", "folder:", "key_value_wrong"),
        ("mail.transport", "smtp://", "key_value_wrong"),
        ("mail.transport", "smtp://host:0", "key_value_wrong"),
        ("mail.transport", "smtp://host:65536", "key_value_wrong"),
        ("mail.transport", "smtps://host?tls=off", "key_value_wrong"),
        ("mail.transport", "smtp://u:geheim@host", "key_value_wrong"),
        ("mail.sender", "nobody", "key_value_wrong"),
        ("mail.sender", "Two <a@b.example> <c@d.example>", "key_value_wrong"),
        ("mail.sender", "A\nBcc: x@y.example <a@b.example>", "key_value_wrong"),
        ("mail.sender", "=?utf-8?q?a=40b.example?=@c.example", "key_value_wrong"),
        ("mail.sender", "a@-b-.example", "email_invalid"),
        ("mail.organizer-address", "A <a@b.example>", "email_invalid"),
        ("mail.user", "", "key_value_wrong"),
        ("database-url", "mysql://host/name", "database_url_unreadable"),
        ("database-url", "sqlite:portal.db", "database_url_unreadable"),
        ("database-url", "postgresql://u:geheim@host/name", "password_in_argument"),
        ("database-url", "postgresql://host/name?password=geheim", "password_in_argument"),
    ],
)
def test_a_wrong_key_or_value_changes_nothing(
    empty_folder: FolderWithoutDatabase, key: str, value: str, code: str
) -> None:
    """It is refused before anything is written, and a password is not repeated."""
    empty_folder.ok("context", "add", "live", "--url", "postgresql://host/live")
    before = empty_folder.file.read_bytes()
    ran = empty_folder.run("config", "set", key, value, "-o", "json")
    assert ran.code == code
    assert "geheim" not in ran.err
    assert empty_folder.file.read_bytes() == before


def test_a_mistyped_key_gets_the_nearest_one(empty_folder: FolderWithoutDatabase) -> None:
    """The hint names it."""
    assert "'output'" in empty_folder.run("config", "get", "outptu").err


def test_the_place_of_the_file_is_known_before_there_is_one(
    empty_folder: FolderWithoutDatabase,
) -> None:
    """`config path` says where it would be written."""
    assert empty_folder.ok("config", "path", "-o", "json").json == {
        "path": "lmsctl.toml",
        "exists": False,
    }
    empty_folder.write("")
    assert empty_folder.ok("config", "path", "-o", "id").out == "lmsctl.toml\n"


def test_a_relative_path_means_the_same_wherever_the_file_is(
    empty_folder: FolderWithoutDatabase,
) -> None:
    """In a file elsewhere the path given here is written in full."""
    other = empty_folder.folder / "home" / "other.toml"
    other.parent.mkdir()
    other.touch(mode=0o600)
    empty_folder.ok(
        "--config", str(other), "context", "add", "test", "--url", "sqlite:///portal.db"
    )
    url = tomllib.loads(other.read_text())["contexts"]["test"]["database-url"]
    assert url == f"sqlite:///{empty_folder.folder / 'portal.db'}"


# Mail --------------------------------------------------------------------------------------------


def test_each_key_of_mail_is_set_and_shown(empty_folder: FolderWithoutDatabase) -> None:
    """It stands in the table `[mail]`, whatever connection is in use."""
    given = {
        "transport": "smtp://mail.example.com:587",
        "sender": "Academy <learning@example.com>",
        "organizer-address": "training@example.com",
        "user": "learning",
        "password-file": str(empty_folder.folder / "secret"),
    }
    assert given.keys() == MAIL_KEYS.keys()
    for key, value in given.items():
        empty_folder.ok("config", "set", f"mail.{key}", value, "-o", "off")
        assert empty_folder.ok("config", "get", f"mail.{key}", "-o", "id").out == f"{value}\n"
    assert empty_folder.written() == {"mail": given}
    shown = empty_folder.shown()
    assert {key: shown[f"mail.{key}"] for key in given} == {
        key: (value, "lmsctl.toml") for key, value in given.items()
    }
    empty_folder.ok("config", "unset", "mail.user")
    assert "user" not in empty_folder.written()["mail"]


def test_the_folder_for_mails_means_the_same_wherever_the_file_is(
    empty_folder: FolderWithoutDatabase,
) -> None:
    """Beside the file it stays short; in a file elsewhere it is written in full."""
    empty_folder.ok("config", "set", "mail.transport", "folder:outbox")
    assert empty_folder.written()["mail"]["transport"] == "folder:outbox"
    other = empty_folder.folder / "home" / "other.toml"
    other.parent.mkdir()
    other.touch(mode=0o600)
    empty_folder.ok("--config", str(other), "config", "set", "mail.transport", "folder:outbox")
    written = tomllib.loads(other.read_text())["mail"]["transport"]
    assert written == f"folder:{empty_folder.folder / 'outbox'}"


def test_a_password_in_a_transport_is_not_repeated(empty_folder: FolderWithoutDatabase) -> None:
    """Neither from the command line nor from the file."""
    ran = empty_folder.run("config", "set", "mail.transport", "smtp://u:geheim@host")
    assert ran.status == 2
    assert "geheim" not in ran.err
    empty_folder.write("[mail]\ntransport = 'smtp://u:geheim@host'\n")
    ran = empty_folder.run("config", "show", "-o", "json")
    assert ran.code == "config_value_wrong"
    assert "geheim" not in ran.out + ran.err


def test_the_password_of_the_mail_server_is_not_written_over(portal: Portal) -> None:
    """Nor may it become the output of another command."""
    (portal.folder / "lmsctl.toml").write_text("[mail]\npassword-file = 'secret'\n")
    secret = portal.folder / "secret"
    secret.write_text("geheim")
    assert portal.refused("user", "export", "--to", "secret") == "files_clash"
    assert secret.read_text() == "geheim"


def test_the_example_explains_every_key_and_is_read(empty_folder: FolderWithoutDatabase) -> None:
    """So that what somebody copies from it holds."""
    example = (Path(__file__).parents[2] / "lmsctl.toml.example").read_text()
    assert tomllib.loads(example)["mail"].keys() == MAIL_KEYS.keys()
    empty_folder.write(example)
    assert empty_folder.shown()["mail.sender"][0] == "Example Academy <learning@example.com>"


# Contexts ----------------------------------------------------------------------------------------


def test_the_first_connection_is_the_one_in_use(empty_folder: FolderWithoutDatabase) -> None:
    """Later ones wait until they are asked for."""
    empty_folder.ok(
        "context", "add", "live", "--url", "postgresql://host/live", "--lock-timeout", "60"
    )
    empty_folder.ok("context", "add", "test", "--url", "sqlite:///test.db")
    rows = empty_folder.ok("context", "list", "-o", "json").json
    assert [(row["name"], row["lock_timeout"], row["is_current"]) for row in rows] == [
        ("live", 60, True),
        ("test", 20, False),
    ]


def test_using_a_connection_is_remembered(empty_folder: FolderWithoutDatabase) -> None:
    """And saying it twice changes nothing."""
    empty_folder.ok("context", "add", "live", "--url", "postgresql://host/live")
    empty_folder.ok("context", "add", "test", "--url", "sqlite:///test.db")
    assert empty_folder.run("context", "use", "test", "--exit-code").status == 3
    assert empty_folder.run("context", "use", "test", "--exit-code").status == 0
    assert empty_folder.shown()["database-url"][0] == "sqlite:///test.db"
    assert empty_folder.refused("context", "use", "absent") == "context_unknown"


def test_a_removed_connection_is_forgotten(empty_folder: FolderWithoutDatabase) -> None:
    """Also that it was the one in use; a second removal finds nothing."""
    empty_folder.ok("context", "add", "live", "--url", "postgresql://host/live")
    empty_folder.ok("context", "remove", "live")
    assert empty_folder.written() == {"contexts": {}}
    assert empty_folder.run("context", "remove", "live").status == 4


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["live", "--url", "sqlite:///x.db"], "context_exists"),
        (["new"], "address_needed"),
        (["new", "--url", "sqlite:///x.db", "--url-file", "f"], "address_needed"),
        (["n.w", "--url", "sqlite:///x.db"], "context_name_wrong"),
        (["", "--url", "sqlite:///x.db"], "context_name_wrong"),
        (["new", "--url", "postgresql://u:geheim@host/x"], "password_in_argument"),
        (["new", "--url", "file.db"], "database_url_unreadable"),
        (["new", "--url", "sqlite:///x.db", "--lock-timeout", "0"], "key_value_refused"),
    ],
)
def test_a_wrong_connection_is_not_added(
    empty_folder: FolderWithoutDatabase, argv: list[str], code: str
) -> None:
    """The file stays as it is, and a password is not repeated."""
    empty_folder.ok("context", "add", "live", "--url", "postgresql://host/live")
    before = empty_folder.file.read_bytes()
    ran = empty_folder.run("context", "add", *argv, "-o", "json")
    assert ran.code == code
    assert "geheim" not in ran.err
    assert empty_folder.file.read_bytes() == before


def test_a_connection_that_was_added_can_be_worked_with(
    empty_folder: FolderWithoutDatabase,
) -> None:
    """From the configuration to a portal and back."""
    empty_folder.ok("context", "add", "test", "--url", "sqlite:///test.db")
    empty_folder.ok("init", "--sandbox")
    assert (empty_folder.folder / "test.db").exists()
    assert empty_folder.ok("db", "status", "-C", "test", "-o", "json").json["state"] == "current"


@pytest.mark.parametrize("is_there", [True, False])
def test_who_interrupts_a_change_of_the_file_is_told_where_to_look(
    empty_folder: FolderWithoutDatabase, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    """Just before the new file takes its place, and just after."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    home, name = (writing, "_sync_folder") if is_there else (os, "fsync")
    monkeypatch.setattr(home, name, interrupted)
    ran = empty_folder.run("config", "set", "output", "json")
    look = "See what the configuration says now with 'lmsctl config show'."
    assert (ran.status, ran.err) == (130, f"Interrupted. {look}\n")
    assert empty_folder.file.exists() is is_there
