"""`apply` that is killed, and two at once: one whole result, or nothing."""

import subprocess

import pytest

from tests.conftest import Portal
from tests.kills import run_killed
from tests.setup.samples import WHOLE, apply, diff, export, put

# Some instants of the hundreds of calls, and, where time is no matter, a hundred of them.
FEW = (5, 60, 150, 400)
HUNDRED = tuple(range(1, 800, 8))


@pytest.mark.parametrize(
    "instants", [FEW, pytest.param(HUNDRED, marks=pytest.mark.heavy)], ids=["few", "hundred"]
)
def test_a_kill_leaves_all_or_nothing(portal: Portal, instants: tuple[int, ...]) -> None:
    """Killed at any call of the database, the portal is as before, and applying again is safe."""
    file = str(put(portal, WHOLE))
    before = export(portal)
    for at in instants:
        if not run_killed(portal, ["apply", file, "--yes"], at):
            break
        assert export(portal) == before, f"killed at call {at}"
    apply(portal, WHOLE)
    assert diff(portal, WHOLE) == []
    assert portal.ok("db", "check").status == 0


def test_two_at_once_make_one_whole_result(portal: Portal) -> None:
    """Of two files applied at the same time one waits, and both end as if one came after the other.

    Which of them came last decides about every field that both name.
    """
    other = WHOLE.replace("limit = 3", "limit = 4").replace('title = "-T"', 'title = "B"')
    texts = [WHOLE, other]
    running: list[subprocess.Popen[str]] = []
    for number, text in enumerate(texts):
        file = put(portal, text, f"{number}.toml")
        running.append(portal.start("apply", str(file), "--yes", "-o", "off"))
    errors = [one.communicate(timeout=300)[1] for one in running]
    assert [one.returncode for one in running] == [0, 0], errors
    left = [diff(portal, text) for text in texts]
    assert sorted(map(len, left)) == [0, 2]
    assert portal.ok("db", "check").status == 0
