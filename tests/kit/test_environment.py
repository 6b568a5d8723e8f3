"""One invocation: what is asked for where, and the two ways to work."""

import os
import pwd
from types import SimpleNamespace

import pytest

from lmsctl.kit import environment, options
from lmsctl.kit.environment import Environment
from lmsctl.kit.invocation import ColorUnknown, Options, OutputUnknown


def make_environment(environ: dict[str, str] | None = None, **given: object) -> Environment:
    """Return the environment of an invocation with these options and variables."""
    return Environment(Options(**given), "test", environ=environ or {})  # type: ignore[arg-type]


def test_every_option_is_spelled_once_and_known_to_the_environment() -> None:
    """What is heard on the command line is what the environment takes."""
    assert set(options._GLOBALS) == set(Options.__dataclass_fields__)
    spelled = [word for _, words, _, _ in options._GLOBALS.values() for word in words]
    assert len(spelled) == len(set(spelled))
    assert options.help_on_globals().count("\n") == len(options._GLOBALS) - 1


def test_a_format_and_a_color_are_closed_choices() -> None:
    """Refused by name, with the known ones."""
    assert make_environment({"LMSCTL_OUTPUT": "csv"}).output == "csv"
    assert make_environment({"LMSCTL_OUTPUT": "csv"}, output="id").output == "id"
    with pytest.raises(OutputUnknown, match="'xml'"):
        _ = make_environment({"LMSCTL_OUTPUT": "xml"}).output
    with pytest.raises(ColorUnknown, match="'pink'"):
        _ = make_environment(color="pink").color


def test_the_zone_is_the_option_then_the_variable_then_nobodys() -> None:
    """None leaves it to the portal."""
    assert (
        str(make_environment({"LMSCTL_TZ": "Asia/Tokyo"}, tz="Europe/Berlin").time_zone)
        == "Europe/Berlin"
    )
    assert str(make_environment({"LMSCTL_TZ": "Asia/Tokyo"}).time_zone) == "Asia/Tokyo"
    assert make_environment().time_zone is None


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor with --no-input, its variable, or in continuous integration."""
    assert not make_environment().may_ask
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    assert make_environment().may_ask
    assert not make_environment(no_input=True).may_ask
    assert not make_environment({"LMSCTL_NO_INPUT": "1"}).may_ask
    assert not make_environment({"CI": "1"}).may_ask


def test_somebody_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a slim container."""

    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert environment.operator() == f"uid {os.getuid()}"


@pytest.mark.parametrize("name", ["mallory", "\udcff", ""])
def test_who_runs_the_program_is_no_matter_of_variables(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Anybody can set them, and to anything, also to what is no text."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, name)
    assert environment.operator() == pwd.getpwuid(os.getuid()).pw_name


def test_an_account_whose_name_is_no_text_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A directory service may hold names that are not UTF-8."""
    account = SimpleNamespace(pw_name="z\udcff")
    monkeypatch.setattr("pwd.getpwuid", lambda _: account)
    assert environment.operator() == r"z\xff"
