"""Puts drafts into a folder of their own: never over a file that is there, and the folder can be judged like a catalogue."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot import strict_yaml
from bot.catalog.importers import drafting, sources
from bot.catalog.importers.drafting import Draft, Words
from bot.catalog.importers.published import OwnFile, Published, Unreadable
from bot.catalog.model import Procedure
from bot.catalog.names import folded
from bot.catalog.reader import FIELDS_FILE, Reading, read_file
from bot.errors import SettingsError
from bot.strict_yaml import Table

MARK = "# Fields of imported drafts. A catalogue's own list of fields never begins with this line.\n"
LONGEST_FOLDER = 48


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that is now a file."""

    path: Path
    draft: Draft


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was there before and was left alone; what would have stood in it is still where it came from."""

    path: Path
    place: str

    def __str__(self) -> str:
        return f"{self.place}: not written: {self.path} is there already; look at it, or move it away and import again"


Outcome = Written | Kept | Unreadable


@dataclass
class Fields:
    """Folders of fields. ``names`` maps a folder to its field's official name; ``no_field`` is what a record without one is filed under."""

    names: dict[str, str]
    no_field: str
    _by_name: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_name = {folded(name): folder for folder, name in self.names.items()}

    def folder_of(self, name: str) -> tuple[str, str]:
        """The folder and the official name of the field *name*; a field not met before gets a folder of its own."""
        name = name or self.no_field
        key = folded(name)
        if key not in self._by_name:
            stem = key.replace(" ", "_")[:LONGEST_FOLDER].strip("_") or "linh_vuc"
            folder, number = stem, 1
            while folder in self.names:
                number += 1
                folder = f"{stem}_{number}"
            self.names[folder], self._by_name[key] = name, folder
        folder = self._by_name[key]
        return folder, self.names[folder]


def known_versions(reading: Reading) -> dict[str, list[Procedure]]:
    """What a catalogue has under each code."""
    known: dict[str, list[Procedure]] = {}
    for file in reading.files:
        if file.procedure is not None:
            known.setdefault(file.procedure.code, []).append(file.procedure)
    return known


def drafts_in(
    path: Path, fields: Fields, words: Words, known: Mapping[str, Sequence[Procedure]], month: str | None
) -> Iterator[Draft | Unreadable]:
    """A draft of every procedure in *path*, one at a time, and what could not be read."""
    for found in sources.read(path, month, fields.names):
        if isinstance(found, Published):
            folder, _ = fields.folder_of(found.field)
            yield drafting.draft_of(found, folder, words, known.get(found.code, ()))
        elif isinstance(found, OwnFile):
            yield _own(found, fields, known)
        else:
            yield found


def _own(found: OwnFile, fields: Fields, known: Mapping[str, Sequence[Procedure]]) -> Draft | Unreadable:
    folder, _ = fields.folder_of(found.field)
    read = read_file(f"{folder}/{found.stem}.yaml", found.source, fields.names)
    code = read.procedure.code if read.procedure else None
    misplaced = drafting.misplaced(found, code) if code else None
    if misplaced:
        return Unreadable(found.place, misplaced)
    moved = OwnFile(found.place, folder, found.field, found.stem, found.source)
    return drafting.draft_of_own(moved, read.procedure, known.get(code or "", ()))


class DraftFolder:
    """Where drafts go. Raises SettingsError where *folder* is, or lies in, *catalog_dir*, or holds a catalogue itself."""

    def __init__(self, folder: Path, catalog_dir: Path, fields: Mapping[str, str], no_field: str) -> None:
        place, checked = folder.resolve(), catalog_dir.resolve()
        if place == checked or checked in place.parents:
            raise SettingsError(f"--to {folder}: that is the catalogue, which is served; name another folder for drafts")
        self._folder = folder
        self._file = folder / FIELDS_FILE
        self._used: dict[str, str] = self._read_used()
        self.fields = Fields({**fields, **self._used}, no_field)

    def put(self, draft: Draft) -> Written | Kept:
        """*draft* as a new file; a file that is there already is left as it is. Raises SettingsError where nothing can be written."""
        try:
            return self._put(draft)
        except OSError as error:
            raise SettingsError(f"--to {self._folder}: cannot be written: {error.strerror}; what was written so far is whole") from None

    def _put(self, draft: Draft) -> Written | Kept:
        place = self._folder / draft.folder
        place.mkdir(parents=True, exist_ok=True)
        if draft.folder not in self._used:
            self._used[draft.folder] = self.fields.names.get(draft.folder, draft.field)
            self._write_used()
        path = place / f"{draft.stem}.yaml"
        try:
            file = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            return Kept(path, draft.place)
        try:
            with file:
                file.write(draft.source)
        except OSError:
            # Half a draft would be taken for one that somebody works on.
            path.unlink(missing_ok=True)
            raise
        return Written(path, draft)

    def _read_used(self) -> dict[str, str]:
        try:
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self._file}: cannot be read: {error}") from None
        if not text.startswith(MARK):
            raise SettingsError(f"--to {self._folder}: that folder holds a catalogue; name another for drafts")
        try:
            loaded = strict_yaml.load(text)
        except strict_yaml.YamlError as error:
            raise SettingsError(f"{self._file}: {error}") from None
        return {key: str(name) for key, name in loaded.items()} if isinstance(loaded, Table) else {}

    def _write_used(self) -> None:
        """Whole or not at all: a list of fields cut in half would make every draft unreadable."""
        new = self._file.with_name(f"{FIELDS_FILE}.new")
        new.write_text(MARK + strict_yaml.dump(self._used), "utf-8")
        os.replace(new, self._file)


def import_files(
    paths: Sequence[Path], folder: DraftFolder, words: Words, known: Mapping[str, Sequence[Procedure]], month: str | None
) -> Iterator[Outcome]:
    """Every procedure in *paths* as a draft in *folder*, one at a time: the memory needed does not grow with the files of lines."""
    for path in paths:
        for each in drafts_in(path, folder.fields, words, known, month):
            yield each if isinstance(each, Unreadable) else folder.put(each)
