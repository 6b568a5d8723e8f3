"""Which configuration, which connection, and whom to trust."""

import os
from pathlib import Path

import pytest

from lmsctl.kit import config, config_writing, dburl
from lmsctl.kit.config import Config
from lmsctl.kit.config_errors import (
    ConfigExposed,
    ConfigKeyUnknown,
    ConfigUnreadable,
    ConfigUntrusted,
    ConfigValueWrong,
    NoDatabaseNamed,
    PasswordOnCommandLine,
)
from lmsctl.kit.mail_settings import FolderTransport, Sender, ServerTransport

TWO = """
context = "live"
[contexts.live]
database-url = "postgresql://lms@host/live"
lock-timeout = 3
[contexts.test]
database-url = "sqlite:///data/test.db"
"""


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, as somebody whose home is empty too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    return tmp_path


def write_file(path: Path, text: str = TWO, mode: int = 0o600) -> Path:
    """Write a file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_file_is_the_named_one_else_the_one_here_else_the_users(empty_folder: Path) -> None:
    """Option before variable before folder before home; without any, one would be made here."""
    assert config.find(None, {}) == Config(Path("lmsctl.toml"), exists=False)
    users = write_file(empty_folder / "home" / ".config" / "lmsctl" / "lmsctl.toml")
    assert config.find(None, {}).path == users
    write_file(empty_folder / "lmsctl.toml")
    assert config.find(None, {}).path == Path("lmsctl.toml")
    variable = write_file(empty_folder / "v.toml")
    assert config.find(None, {"LMSCTL_CONFIG": str(variable)}).path == variable
    option = write_file(empty_folder / "o.toml")
    assert config.find(str(option), {"LMSCTL_CONFIG": str(variable)}).path == option


@pytest.mark.parametrize("named", ["gone.toml", ".", "~nobody-of-that-name/x.toml", "a\0b"])
def test_a_named_file_that_is_none_is_refused(named: str) -> None:
    """Instead of falling back to another."""
    with pytest.raises(ConfigUnreadable):
        config.find(named, {})


def test_bytes_that_are_no_text_are_refused(empty_folder: Path) -> None:
    """With the reason."""
    (empty_folder / "x.toml").write_bytes(b'output = "\xff"')
    with pytest.raises(ConfigUnreadable):
        config.find("x.toml", {})


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_a_file_here_that_others_may_write_is_not_trusted(empty_folder: Path, mode: int) -> None:
    """Somebody could have planted it; one that is named is the caller's own choice."""
    write_file(empty_folder / "lmsctl.toml", mode=mode)
    with pytest.raises(ConfigUntrusted):
        config.find(None, {})
    assert config.find("lmsctl.toml", {}).exists


def test_a_file_here_of_somebody_else_is_not_trusted(empty_folder: Path) -> None:
    """Neither mine nor root's."""
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(write_file(empty_folder / "lmsctl.toml"), 12345, 12345)
    with pytest.raises(ConfigUntrusted):
        config.find(None, {})


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('outptu = "id"', "Did you mean 'output'?"),
        ("[contexts.a]\nlocktimeout = 1", "Did you mean 'contexts.a.lock-timeout'?"),
        ("[mail]\ntransprot = 'x'", "Did you mean 'mail.transport'?"),
        ("xyz = 1", "Known keys: context, output, time-zone, color."),
    ],
)
def test_an_unknown_key_gets_the_nearest_name(empty_folder: Path, text: str, advice: str) -> None:
    """Or all of them."""
    write_file(empty_folder / "lmsctl.toml", text)
    with pytest.raises(ConfigKeyUnknown) as caught:
        config.find(None, {})
    assert caught.value.format_hint() == advice


# Mail --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transport", "expected"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 587, False, True)),
        ("smtp://mail.example.com:25?tls=off", ("mail.example.com", 25, False, False)),
        ("smtps://mail.example.com", ("mail.example.com", 465, True, False)),
        ("smtp://localhost:2525", ("localhost", 2525, False, False)),
        ("smtp://[::1]:2525", ("::1", 2525, False, False)),
        ("smtp://127.0.0.1?tls=on", ("127.0.0.1", 587, False, True)),
        ("smtp://127.0.0.1.example.com", ("127.0.0.1.example.com", 587, False, True)),
    ],
)
def test_only_this_machine_gets_mails_in_the_clear_unasked(
    empty_folder: Path, transport: str, expected: tuple[str, int, bool, bool]
) -> None:
    """A server elsewhere has to encrypt."""
    write_file(empty_folder / "lmsctl.toml", f'[mail]\ntransport = "{transport}"\n')
    host, port, is_tls, is_starttls = expected
    server = ServerTransport(host, port, is_tls=is_tls, is_starttls=is_starttls)
    assert config.find(None, {}).mail.transport == server


def test_a_folder_for_mails_begins_where_the_file_lies(empty_folder: Path) -> None:
    """As every relative path in it."""
    file = write_file(empty_folder / "conf" / "c.toml", '[mail]\ntransport = "folder:out box"\n')
    found = config.find(str(file), {}).mail.transport
    assert found == FolderTransport(empty_folder / "conf" / "out box")


@pytest.mark.parametrize(
    "text",
    [
        "mail = 1",
        "[mail]\ntransport = 1",
        "[mail]\ntransport = 'ftp://host'",
        "[mail]\nsender = 'a@b.example, c@d.example'",
        "[mail]\norganizer-address = '(x)a@b.example'",
        '[mail]\nuser = "a\\u0000b"',
    ],
)
def test_a_wrong_value_of_mail_is_refused(empty_folder: Path, text: str) -> None:
    """Already when the file is read."""
    write_file(empty_folder / "lmsctl.toml", text)
    with pytest.raises(ConfigValueWrong):
        config.find(None, {})


def test_the_sender_is_a_name_and_an_address(empty_folder: Path) -> None:
    """The domain in the form in which it is looked up."""
    write_file(empty_folder / "lmsctl.toml", "[mail]\nsender = '\"Café, Ltd\" <a@BÜCHER.example>'")
    assert config.find(None, {}).mail.sender == Sender("Café, Ltd", "a@xn--bcher-kva.example")


# Which database ----------------------------------------------------------------------------------


def chosen_connection(environ: dict[str, str], **options: str) -> tuple[str, float]:
    """Return the address and the patience with the file here."""
    target = config.connection_settings(config.find(None, environ), environ, **options)
    return target.url, target.patience


def test_the_database_is_named_by_option_then_variable_then_file(empty_folder: Path) -> None:
    """And a context that is named by option is never overruled by a variable."""
    write_file(empty_folder / "lmsctl.toml")
    live, test = "postgresql://lms@host/live", "sqlite:///data/test.db"
    url = {"LMSCTL_DATABASE_URL": "sqlite:///v.db"}
    assert chosen_connection({}) == (live, 3)
    assert chosen_connection({"LMSCTL_CONTEXT": "test"}) == (test, 20)
    assert chosen_connection({"LMSCTL_CONTEXT": "live"}, context="test") == (test, 20)
    assert chosen_connection(url) == ("sqlite:///v.db", 20)
    assert chosen_connection({**url, "LMSCTL_CONTEXT": "live"}) == ("sqlite:///v.db", 20)
    assert chosen_connection(url, context="test") == (test, 20)
    assert chosen_connection(url, url="sqlite:///o.db", context="test") == ("sqlite:///o.db", 20)


def test_a_relative_file_is_relative_to_the_file_that_names_it(empty_folder: Path) -> None:
    """Not to whoever calls."""
    file = write_file(empty_folder / "else where" / "mine.toml")
    found = config.find(str(file), {})
    target = config.connection_settings(found, {}, context="test")
    assert dburl.sqlite_path(target.url) == empty_folder / "else where" / "data" / "test.db"


def test_an_address_may_lie_in_a_file_of_its_own(empty_folder: Path) -> None:
    """Named by variable, or by a context relative to the configuration; private if it is secret."""
    secret = write_file(empty_folder / "conf" / "url", "postgresql://lms:pw@host/db\n")
    environ = {"LMSCTL_DATABASE_URL_FILE": str(secret)}
    assert chosen_connection(environ)[0] == "postgresql://lms:pw@host/db"
    file = write_file(
        empty_folder / "conf" / "c.toml", '[contexts.default]\ndatabase-url-file = "url"\n'
    )
    found = config.find(str(file), {})
    assert config.connection_settings(found, {}).url == "postgresql://lms:pw@host/db"
    secret.chmod(0o640)
    with pytest.raises(ConfigExposed) as caught:
        chosen_connection(environ)
    assert caught.value.format_hint() == f"Run: chmod 600 {secret}"
    secret.unlink()
    with pytest.raises(ConfigUnreadable):
        chosen_connection(environ)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://lms:p w@host/db",
        "postgresql://lms:p@w@host/db",
        "postgresql://host/db?%70assword=pw",
        "host=db password=pw",
    ],
)
def test_a_file_with_what_may_be_a_password_is_private(empty_folder: Path, text: str) -> None:
    """Also when its address makes no sense."""
    secret = write_file(empty_folder / "url", text, mode=0o644)
    with pytest.raises(ConfigExposed):
        chosen_connection({"LMSCTL_DATABASE_URL_FILE": str(secret)})


@pytest.mark.parametrize(
    "url",
    ["postgresql://a:b@h/d", "postgresql://a:b c@h/d", "postgresql://h/d?password=b",
     "postgresql://h/d?%70assword=b"],
)  # fmt: skip
def test_a_password_on_the_command_line_is_refused(url: str) -> None:
    """It shows in the list of processes; in a variable it does not."""
    with pytest.raises(PasswordOnCommandLine):
        chosen_connection({}, url=url)
    assert chosen_connection({"LMSCTL_DATABASE_URL": url})[0] == url


def test_without_any_database_it_says_how_to_make_one() -> None:
    """By init, option or variable."""
    with pytest.raises(NoDatabaseNamed) as caught:
        chosen_connection({})
    assert "lmsctl init" in caught.value.format_hint()


def test_a_file_is_written_whole_and_for_its_owner_only(empty_folder: Path) -> None:
    """And read back as it was meant."""
    made = config_writing.save(config.find(None, {}), {"output": "id"})
    assert made.values == {"output": "id"}
    assert (empty_folder / "lmsctl.toml").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in empty_folder.iterdir()] == ["lmsctl.toml"]
