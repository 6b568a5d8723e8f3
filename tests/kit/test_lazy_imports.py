"""What modules that load late promise."""

import signal
import subprocess
import sys

import pytest

INTERRUPTED = """
import builtins, signal, sys
from lmsctl.kit import lazy_imports, signals
signals.install()
lazy_imports.install()
from lmsctl.kit import canonical
real = builtins.__import__
def importing(name, *given, **more):
    if name == "unicodedata":
        signal.raise_signal(signal.Signals(int(sys.argv[1])))
    return real(name, *given, **more)
builtins.__import__ = importing
try:
    canonical.trim
except KeyboardInterrupt:
    print("interrupted, and whole" if canonical.trim(" a ") == "a" else "half")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_module_half_loaded(number: int) -> None:
    """It waits until the module is whole; what answers the interruption may need it."""
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(int(number))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "interrupted, and whole\n", ran.stderr
