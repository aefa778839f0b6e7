"""A catalogue at one time, from a folder of ours or from any file that can be imported: what ``catalog diff`` compares."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.catalog.differences import Edition
from bot.catalog.importers import sources
from bot.catalog.importers.drafting import Words, draft_of
from bot.catalog.importers.filing import Fields
from bot.catalog.importers.published import Published, Unreadable
from bot.catalog.model import Catalog, Procedure
from bot.catalog.reader import Problem, ReadFile, read_file, read_folder


def read_edition(path: Path, day: date, words: Words) -> tuple[Edition, list[str]]:
    """Each procedure in *path* as in force on *day*, and a line for everything that could not be read."""
    procedures: list[Procedure] = []
    unknown: set[str] = set()
    unread: list[str] = []
    for each in _in_folder(path) if path.is_dir() else _in_file(path, words):
        if isinstance(each, str):
            unread.append(each)
        elif each.procedure is None:
            unread += [str(problem) for problem in each.problems]
        else:
            procedures.append(each.procedure)
            if "in_national_list" not in each.lines:
                unknown.add(each.procedure.code)
    catalog = Catalog(tuple(procedures), "")
    found = {code: catalog.get(code, day) for code in dict.fromkeys(each.code for each in procedures)}
    return Edition({code: each for code, each in found.items() if each}, frozenset(unknown)), unread


def _in_folder(path: Path) -> Iterator[ReadFile | str]:
    reading = read_folder(path)
    if not reading.files:
        yield f"{path}: holds no catalogue: it needs <field>/<procedure>.yaml and fields.yaml"
    yield from (str(problem) for problem in reading.problems if reading.files)
    yield from reading.files


def _in_file(path: Path, words: Words) -> Iterator[ReadFile | str]:
    fields = Fields({}, words.no_field)
    for found in sources.read(path, None, None):
        if isinstance(found, Unreadable):
            yield str(found)
        elif isinstance(found, Published):
            folder, _ = fields.folder_of(found.field)
            read = read_file(f"{folder}/{found.code}.yaml", draft_of(found, folder, words).source, fields.names)
            # Lines of a draft that nobody has written are no place to look at: the record's is.
            yield ReadFile(read.name, read.procedure, [Problem(found.place, 0, "", each.message) for each in read.problems], read.lines)
        else:
            yield read_file(f"{found.folder}/{found.stem}.yaml", found.source, {found.folder: found.field})
