"""Completion in the three shells themselves, at a terminal."""

import pytest

from tests import shells
from tests.conftest import Portal


@pytest.fixture(params=shells.SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    """Return each shell in turn, if it is installed."""
    if not shells.is_here(request.param):
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


def test_a_login_is_completed(portal: Portal, shell: str) -> None:
    """One that begins so is put in whole; several are shown."""
    for login in ("adam", "ada.lovelace", "bert"):
        portal.ok(
            "user", "create", "--login", login, "--email", f"{login}@example.com",
            "--first-name", "A", "--last-name", "B",
        )  # fmt: skip
    words = shells.complete(shell, portal, "lmsctl user show be")
    assert words == ["lmsctl", "user", "show", "bert"]
    shown = shells.look(shell, portal, "lmsctl user show a")
    assert "adam" in shown
    assert "ada.lovelace" in shown
