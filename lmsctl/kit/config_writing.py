"""Writing the configuration file, whole or not at all."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lmsctl.kit import output_files, writing
from lmsctl.kit.config import Config, load
from lmsctl.kit.config_errors import ConfigUnreadable
from lmsctl.kit.dburl import sqlite_path
from lmsctl.kit.protected_files import CONFIGURATION, files_of_config


def save(config: Config, values: Mapping[str, Any]) -> Config:
    """Write `values` as the new file, whole or not at all, readable by its owner only.

    Raises ConfigUnreadable when the folder cannot be written, and FilesClash.
    """
    import tomli_w

    files = output_files.Files(files_of_config(replace(config, values=values)))
    try:
        config.path.parent.mkdir(parents=True, exist_ok=True)
        target = files.claim(config.path, "The configuration")
        with writing.atomic_replacement(target, is_private=True) as file:
            file.write_bytes(tomli_w.dumps(dict(values)).encode())
    except OSError as error:
        raise ConfigUnreadable(
            file=config.path, reason=f"it cannot be written ({error.strerror})"
        ) from error
    return load(config.path)


def check_apart(config: Config, url: str) -> None:
    """Raise FilesClash if the SQLite database at `url` would lie in the configuration file."""
    if url.startswith("sqlite"):
        files = output_files.Files([(config.path, CONFIGURATION)])
        files.claim(sqlite_path(url), "The database")
