"""Opens a file of any kind that is known and reads what it holds, a procedure at a time."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot import strict_yaml
from bot.catalog.importers import portal, reference
from bot.catalog.importers.published import Found, OwnFile, Unreadable, code_in
from bot.catalog.reader import FIELDS_FILE
from bot.strict_yaml import Table

KINDS = (".json", ".jsonl", ".xlsx", ".yaml")
OLD_WORKBOOKS = (".xls", ".xlsm", ".ods", ".csv")
INSIDE = ("data", "content", "items", "result", "results", "records")
"""Keys of an envelope under which the records themselves stand."""


def read(path: Path, month: str | None, fields: Mapping[str, str] | None) -> Iterator[Found]:
    """Every procedure in *path*. *month* is that of the copy where the file has none; *fields* (folder -> field) is for files of ours.

    Where *fields* is None a file of ours may lie anywhere.
    """
    kind = path.suffix.lower()
    if kind in OLD_WORKBOOKS:
        yield Unreadable(path.name, f"{kind} is not read: open it and save it as .xlsx")
    elif kind not in KINDS and not path.is_dir():
        yield Unreadable(path.name, f"what is it? files that can be imported end in {', '.join(KINDS)}")
    elif not path.is_file():
        yield Unreadable(str(path), "is a folder: name the files in it" if path.is_dir() else "there is no such file")
    else:
        try:
            yield from {".json": _json, ".jsonl": _json_lines, ".xlsx": _workbook, ".yaml": _own}[kind](path, month, fields)
        except UnicodeDecodeError:
            yield Unreadable(path.name, "is not UTF-8: save the file with that encoding")
        except OSError as error:
            yield Unreadable(path.name, f"cannot be read: {error.strerror}")


def _workbook(path: Path, month: str | None, _: Mapping[str, str] | None) -> Iterator[Found]:
    # Its library is imported here and not above: every other command would wait for it.
    from bot.catalog.importers import workbook

    yield from workbook.read_workbook(path, month)


def _json_lines(path: Path, month: str | None, _: Mapping[str, str] | None) -> Iterator[Found]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                place = f"{path.name}:{number}"
                try:
                    record = json.loads(line)
                except json.JSONDecodeError as error:
                    yield Unreadable(place, f"is no JSON: {error.msg}, column {error.colno}")
                except RecursionError:
                    yield Unreadable(place, "is nested too deep to be a record")
                else:
                    yield from _record(record, place, None, month)


def _json(path: Path, month: str | None, _: Mapping[str, str] | None) -> Iterator[Found]:
    try:
        whole = json.loads(path.read_text("utf-8-sig"))
    except json.JSONDecodeError as error:
        yield Unreadable(f"{path.name}:{error.lineno}", f"is no JSON: {error.msg}, column {error.colno}")
        return
    except RecursionError:
        yield Unreadable(path.name, "is nested too deep to be a record")
        return
    records = list(_records(whole, path.stem))
    if not records:
        yield Unreadable(path.name, "holds no procedure: a record is an object with code and name")
    for number, (record, filed_under) in enumerate(records, start=1):
        yield from _record(record, path.name if len(records) == 1 else f"{path.name}[{number}]", filed_under, month)


def _records(whole: Any, filed_under: str) -> Iterator[tuple[Any, str | None]]:
    """The records in a JSON file, each with what it was filed under: one, several in a list or an envelope, or a table by code."""
    if isinstance(whole, list):
        yield from ((each, None) for each in whole)
        return
    if not isinstance(whole, dict):
        return
    inside = next((whole[key] for key in INSIDE if isinstance(whole.get(key), (dict, list))), None)
    if inside is not None and not portal.is_portal_record(whole) and code_in(whole.get("code")) is None:
        yield from _records(inside, filed_under)
    elif whole and all(code_in(key) and isinstance(value, dict) for key, value in whole.items()):
        for key, value in whole.items():
            yield from ((record, key) for record, _ in _records(value, key))
    else:
        yield whole, filed_under


def _record(record: Any, place: str, filed_under: str | None, month: str | None) -> Iterator[Found]:
    if not isinstance(record, dict):
        yield Unreadable(place, "is no record: an object with code and name is needed")
    elif isinstance(record.get("data"), dict) and code_in(record.get("code")) is None:
        yield from _record(record["data"], place, filed_under, month)
    elif portal.is_portal_record(record):
        yield from portal.read_record(record, place, filed_under, month)
    else:
        yield from reference.read_record(record, place, filed_under, month)


def _own(path: Path, _month: str | None, fields: Mapping[str, str] | None) -> Iterator[Found]:
    """A file of ours. Its field is that of its folder, by the ``fields.yaml`` beside that folder, else by *fields*."""
    source = path.read_text("utf-8-sig")
    try:
        document = strict_yaml.load(source)
    except strict_yaml.YamlError as error:
        for line, message in error.problems:
            yield Unreadable(f"{path.name}:{line}", message)
        return
    code = document.get("code") if isinstance(document, Table) else None
    if not isinstance(document, Table) or code_in(code) is None:
        yield Unreadable(path.name, "is no file of a procedure: it needs code: and the rest of the schema in procedures_catalog/README.md")
        return
    folder = path.resolve().parent.name
    beside = _fields_of(path.resolve().parent.parent / FIELDS_FILE)
    name = beside.get(folder) or (folder if fields is None else fields.get(folder))
    if name is None:
        yield Unreadable(path.name, f'its folder "{folder}" is no field: keep the file in <field>/ with {FIELDS_FILE} beside that folder')
        return
    yield OwnFile(path.name, folder, name, path.stem, source)


def _fields_of(path: Path) -> dict[str, str]:
    try:
        loaded = strict_yaml.load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, strict_yaml.YamlError):
        return {}
    return {key: str(value) for key, value in loaded.items()} if isinstance(loaded, Table) else {}
