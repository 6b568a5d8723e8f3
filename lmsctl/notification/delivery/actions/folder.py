"""Mails as files in a folder: for trying, for tests, and for whatever takes them from there."""

import os
import re
from contextlib import suppress
from pathlib import Path

from lmsctl.kit import signals
from lmsctl.notification.delivery.errors import FolderUnwritable
from lmsctl.notification.delivery.results import Fault
from lmsctl.notification.delivery.rules.composing import Envelope

_OWNER_ALONE = 0o600
_FOLDER_OF_OWNER = 0o700


class FolderWriter:
    """Writes each mail into a file that is named by its Message-ID, so that it is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Make the folder unless it is there; raises FolderUnwritable.

        Mails hold codes that let people in, so it is its owner's alone.
        """
        try:
            self._folder.mkdir(mode=_FOLDER_OF_OWNER, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise FolderUnwritable(folder=self._folder, reason="access is denied")

    def offer(self, envelope: Envelope) -> Fault | None:  # noqa: ARG002 - a folder takes every mail
        """Take any mail."""
        return None

    def hand_over(self, envelope: Envelope) -> Fault | None:
        """Write the file: all of it, durably, or nothing; raises FolderUnwritable."""
        target = self._folder / _file_name(envelope.message_id)
        unfinished = signals.remove_at_exit(f"{target}.{os.getpid()}.tmp")
        try:
            with open(unfinished, "wb", opener=_open_for_owner) as file:
                file.write(envelope.data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, target)  # noqa: PTH105 - the name is a text
            _sync_folder(self._folder)
        except OSError as error:
            with suppress(OSError):
                signals.remove_now(unfinished)
            raise self._unwritable(error) from error
        signals.remove_now(unfinished)
        return None

    def close(self) -> None:
        """Do nothing: every file is finished."""

    def _unwritable(self, error: OSError) -> FolderUnwritable:
        return FolderUnwritable(folder=self._folder, reason=error.strerror or str(error))


def _file_name(message_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9.@-]", "_", message_id.strip("<>")).lstrip(".") + ".eml"


def _open_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, _OWNER_ALONE)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
