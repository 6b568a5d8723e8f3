"""The command line of the completion room, and where other command lines are understood so far."""

from lmsctl.completion.cli.script import app

__all__ = ["app"]
