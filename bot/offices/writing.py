"""Writes several files of one folder together: a reader finds all of the old ones or all of the new ones, whenever the writer is killed.

New files are first written beside the old ones (``town.yaml.new``). A last file, ``.commit``, says that all of them are there; from then
on they only have to be put in place, which whoever comes next finishes.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from bot.errors import SettingsError

COMMIT = ".commit"
NEW = ".new"


def write_together(folder: Path, files: Mapping[str, str]) -> None:
    """*files*: text by name. Other files of *folder* stay as they are; the folder is made where there is none.

    Raises SettingsError where it cannot be written; nothing has changed then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        finish(folder)
        for name, text in files.items():
            _write(folder / f"{name}{NEW}", text)
        _write(folder / f"{COMMIT}{NEW}", "\n".join(files))
        _sync(folder)
        os.replace(folder / f"{COMMIT}{NEW}", folder / COMMIT)
        finish(folder)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be written ({error.strerror}): correct its rights, or free some space") from None


def finish(folder: Path) -> None:
    """Puts in place what a writer that was killed had wholly written; what it had not is left aside."""
    try:
        names = (folder / COMMIT).read_text("utf-8").split("\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise SettingsError(f"{folder}/{COMMIT} cannot be read ({error.strerror}): correct the folder's rights") from None
    try:
        for name in names:
            if (folder / f"{name}{NEW}").exists():
                os.replace(folder / f"{name}{NEW}", folder / name)
        _sync(folder)
        (folder / COMMIT).unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder} holds a change that waits to be finished ({error.strerror}): correct its rights") from None


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
