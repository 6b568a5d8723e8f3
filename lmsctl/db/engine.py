"""Loading the models of all rooms and making the file, before a schema can be made."""

import errno
import os

from lmsctl.kit import database_errors, dburl, rooms


def load_models() -> None:
    """Import the model of every room, so that the metadata knows every table."""
    for module in rooms.modules("model"):
        vars(module)  # a module that loads late is not run before something is taken from it


def make_private_file(url: str) -> None:
    """Create a missing SQLite file, readable by its owner only, because people's data go into it.

    Raises DatabaseReadOnly and DatabaseUnreachable; does nothing for other addresses.
    """
    if not url.startswith("sqlite"):
        return
    path = dburl.sqlite_path(url)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise database_errors.DatabaseReadOnly(place=path) from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise database_errors.DatabaseFull from error
        raise database_errors.DatabaseUnreachable(reason=f"{error.strerror} ({path})") from error
