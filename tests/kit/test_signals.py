"""What becomes of signals that come at an awkward moment."""

import signal
import subprocess
import sys

import pytest

DROPPED = """
import signal, sys, time
from lmsctl.kit import signals
signals.install()
number = signal.Signals(int(sys.argv[1]))
class Last:
    def __del__(self):
        signal.raise_signal(number)
try:
    Last()
    time.sleep(20)
except KeyboardInterrupt as interrupt:
    print(signals.status(interrupt))
"""
BUG = """
from lmsctl.kit import signals
signals.install()
class Last:
    def __del__(self):
        raise ValueError("a bug")
Last()
"""


def ran(text: str, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run a program in Python."""
    words = [sys.executable, "-c", text, *argv]
    return subprocess.run(words, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_python_drops_comes_again(number: signal.Signals) -> None:
    """What is raised in a destructor goes nowhere; the program ends nevertheless, and silently."""
    found = ran(DROPPED, str(int(number)))
    assert (found.stdout, found.stderr) == (f"{128 + number}\n", "")


def test_other_errors_in_destructors_are_told_as_usual() -> None:
    """They are bugs, and nobody else would hear of them."""
    assert "ValueError: a bug" in ran(BUG).stderr
