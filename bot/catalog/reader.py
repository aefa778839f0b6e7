"""Reads the catalogue's files strictly: unknown keys are refused, every error is reported with its line, all at once."""

import hashlib
import importlib.resources
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from bot import strict_yaml
from bot.catalog import model
from bot.catalog.cache import CatalogCache
from bot.catalog.model import (
    Authority,
    Case,
    Catalog,
    Decision,
    Document,
    FeeItem,
    Fees,
    Filing,
    FormHelp,
    Instrument,
    Line,
    Note,
    OneOf,
    Procedure,
    Record,
    Source,
    TimeLimit,
)
from bot.errors import CatalogError
from bot.strict_yaml import Items, Table, Text

T = TypeVar("T")

CODE = re.compile(r"\d\.\d{6}")
REFERENCE = Source("reference")
FIELDS_FILE = "fields.yaml"


def catalog_dir() -> Path:
    """The catalogue inside the package."""
    return Path(str(importlib.resources.files("procedures_catalog").joinpath("fields.yaml"))).parent


def load_catalog(folder: Path | None = None, cache: CatalogCache | None = None) -> Catalog:
    """The whole catalogue, checked. Raises CatalogError with every problem. One with problems is never kept in *cache*."""
    from bot.catalog.checks import check_all  # checks read the model; the loader is their first caller

    place = folder or catalog_dir()
    sources = sources_in(place)
    kept = cache.get(place, sources) if cache else None
    if kept is not None:
        return kept
    reading = read_sources(place.name, sources)
    problems = check_all(reading)
    if problems:
        raise CatalogError(problems)
    catalog = Catalog(tuple(each.procedure for each in reading.files if each.procedure), reading.version)
    if cache:
        cache.put(place, sources, catalog)
    return catalog


@dataclass(frozen=True)
class Problem:
    """One thing wrong: ``file:line: path: message``."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}: {self.message}" if self.path else f"{self.file}:{self.line}: {self.message}"


@dataclass
class ReadFile:
    """One file as read; ``procedure`` is None where it is too broken to build, ``lines`` tells where each path stands."""

    name: str
    procedure: Procedure | None
    problems: list[Problem]
    lines: dict[str, int]


@dataclass
class Reading:
    """A folder as read, not yet cross-checked."""

    files: list[ReadFile]
    problems: list[Problem]
    version: str
    fields: dict[str, str] = field(default_factory=dict)
    """Folder -> official name of the field."""


def read_folder(folder: Path) -> Reading:
    """Every ``<field>/<slug>.yaml`` under *folder*, in the order of their names."""
    return read_sources(folder.name, sources_in(folder))


def sources_in(folder: Path) -> dict[str, bytes]:
    """What every YAML file of the catalogue in *folder* holds, by its path inside it, with forward slashes. Raises CatalogError."""
    sources = {}
    for path in [*sorted(folder.glob("*.yaml")), *sorted(folder.glob("*/*.yaml"))]:
        name = path.relative_to(folder).as_posix()
        try:
            sources[name] = path.read_bytes()
        except OSError as error:
            raise CatalogError([f"{name}: cannot be read: {error.strerror}"]) from None
    return sources


def read_sources(folder: str, sources: Mapping[str, bytes]) -> Reading:
    """The procedures among *sources*, in their order; *folder* is what a message calls the place."""
    digest = hashlib.sha256()
    problems: list[Problem] = []
    fields: dict[str, str] = {}
    if FIELDS_FILE in sources:
        digest.update(sources[FIELDS_FILE])
        try:
            fields = strict_yaml.load(sources[FIELDS_FILE].decode()) or {}
        except UnicodeDecodeError as error:
            problems.append(_not_utf8(FIELDS_FILE, sources[FIELDS_FILE], error))
        except strict_yaml.YamlError as error:
            problems += [Problem(FIELDS_FILE, line, "", message) for line, message in error.problems]
    else:
        problems.append(Problem(FIELDS_FILE, 1, "", f"is missing in {folder}"))
    files = []
    for name, content in sources.items():
        if "/" not in name:
            continue
        digest.update(name.encode())
        digest.update(content)
        try:
            files.append(read_file(name, content.decode(), fields))
        except UnicodeDecodeError as error:
            files.append(ReadFile(name, None, [_not_utf8(name, content, error)], {}))
    return Reading(files, problems, digest.hexdigest()[:12], fields={key: str(name) for key, name in fields.items()})


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> Problem:
    return Problem(name, content.count(b"\n", 0, error.start) + 1, "", "is not UTF-8: save the file with that encoding")


def read_file(name: str, source: str, fields: dict[str, str]) -> ReadFile:
    """One file's procedure and problems. *name* is its path inside the catalogue, with forward slashes."""
    try:
        document = strict_yaml.load(source)
    except strict_yaml.YamlError as error:
        return ReadFile(name, None, [Problem(name, line, "", message) for line, message in error.problems], {})
    if not isinstance(document, Table):
        return ReadFile(name, None, [Problem(name, 1, "", "must be a table of keys")], {})
    reader = _Reader(name)
    folder, _, file = name.rpartition("/")
    if folder not in fields:
        reader.problem(1, "", f'the folder "{folder}" is not in fields.yaml')
    procedure = reader.procedure(_Part(reader, "", document), file.removesuffix(".yaml"), str(fields.get(folder, folder)))
    return ReadFile(name, None if reader.fatal else procedure, reader.problems, reader.lines)


@dataclass
class _Reader:
    name: str
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    fatal: bool = False
    draft: bool = False
    """What is missing is reported all the same, but does not keep the procedure from being built."""

    def problem(self, line: int, path: str, message: str) -> None:
        self.problems.append(Problem(self.name, line, path, message))

    def procedure(self, part: "_Part", slug: str, field_name: str) -> Procedure:
        built = Procedure(
            code=part.code("code"),
            slug=slug,
            name=part.text("name", required=True) or "",
            draft=part.draft("draft"),
            label=part.text("label", required=True, most=40) or "",
            field=field_name,
            list=part.one_of("list", model.ListName, "commune"),
            phrases=part.texts("phrases"),
            authority=part.each("authority", _authority),
            record=part.sub("record", _record) or part.missing("record", Record("national_portal", "")),
            checked_on=part.day("checked_on") or part.missing("checked_on", date.min),
            review_months=part.number("review_months", least=1, most=24) or part.missing("review_months", 6),
            in_national_list=part.flag("in_national_list") or False,
            fees=part.sub("fees", _fees) or part.missing("fees", Fees("not_published")),
            filing=part.sub("filing", _filing) or part.missing("filing", Filing()),
            differs=part.text("differs", most=80),
            decision=part.sub("decision", _decision),
            valid_from=part.day("valid_from"),
            valid_to=part.day("valid_to"),
            replaced_by=part.texts("replaced_by"),
            cases=part.each("cases", _case),
            documents=part.each("documents", _line),
            no_documents=part.flag("no_documents") or False,
            form_help=part.sub("form_help", _form_help),
            time=part.each("time", _time),
            time_notes=part.texts("time_notes", most=200),
            steps=part.texts("steps", most=200),
            result=part.texts("result", most=200),
            conditions=part.texts("conditions", most=200),
            notes=part.texts("notes", most=200),
            legal_basis=part.texts("legal_basis"),
            grief=part.flag("grief") or False,
        )
        if "in_national_list" not in part.table:
            part.missing("in_national_list", None)
        part.done()
        return built


class _Part:
    """One table being read: every key asked for is known, every key left over is refused."""

    def __init__(self, reader: _Reader, path: str, table: Table) -> None:
        self.reader, self.path, self.table = reader, path, table
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def get(self, key: str) -> Any:
        self.asked.add(key)
        value = self.table.get(key)
        if value is not None:
            self.reader.lines[self.at(key)] = self.table.lines[key]
        return value

    def wrong(self, key: str, message: str) -> None:
        self.reader.problem(self.table.lines.get(key, self.table.line), self.at(key), message)

    def missing(self, key: str, instead: T) -> T:
        if key not in self.table:
            self.wrong(key, "is missing")
        self.reader.fatal = self.reader.fatal or not self.reader.draft
        return instead

    def text(self, key: str, *, required: bool = False, most: int | None = None) -> str | None:
        value = self.get(key)
        if value is None:
            return self.missing(key, None) if required else None
        if not isinstance(value, Text) or not value.strip():
            self.wrong(key, "must be a text")
            return None
        if most and len(value) > most:
            self.wrong(key, f"has {len(value)} characters, at most {most}")
        return str(value).strip()

    def texts(self, key: str, *, most: int | None = None) -> tuple[str, ...]:
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, Items):
            self.wrong(key, "must be a list of texts")
            return ()
        found = []
        for index, item in enumerate(value):
            path = f"{self.at(key)}[{index}]"
            if not isinstance(item, Text) or not item.strip():
                self.reader.problem(getattr(item, "line", self.table.line), path, "must be a text (quote it if it holds a colon)")
                continue
            if most and len(item) > most:
                self.reader.problem(item.line, path, f"has {len(item)} characters, at most {most}")
            self.reader.lines[path] = item.line
            found.append(str(item).strip())
        return tuple(found)

    def code(self, key: str) -> str:
        value = self.text(key, required=True)
        if value and not CODE.fullmatch(value):
            self.wrong(key, f'"{value}" is not a national code such as 1.001193')
        return value or ""

    def draft(self, key: str) -> bool:
        """Ask for it after what even a draft must have, and before all else."""
        self.reader.draft = self.flag(key) or False
        return self.reader.draft

    def number(self, key: str, *, least: int = 0, most: int = 10**12) -> int | None:
        value = self.text(key)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            self.wrong(key, f'"{value}" is not a whole number{f" from {least} to {most}" if most < 10**12 else ""}')
            return None
        return int(value)

    def amount(self, key: str) -> int:
        value = self.text(key, required=True)
        if value is None:
            return 0
        if not value.isascii() or not value.isdigit():
            self.wrong(key, f'"{value}" is not a whole number of đồng')
            return 0
        return int(value)

    def flag(self, key: str) -> bool | None:
        value = self.text(key)
        if value is None:
            return None
        if value not in ("yes", "no"):
            self.wrong(key, f'"{value}" must be yes or no')
            return None
        return value == "yes"

    def day(self, key: str) -> date | None:
        value = self.text(key)
        if value is None:
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.wrong(key, f'"{value}" is not a date such as 2026-07-01')
            return None

    def one_of(self, key: str, choices: Any, instead: str) -> Any:
        value = self.maybe_one_of(key, choices)
        return self.missing(key, instead) if value is None else value

    def maybe_one_of(self, key: str, choices: Any) -> Any:
        value = self.text(key)
        if value is None:
            return None
        if value not in get_args(choices):
            self.wrong(key, f'"{value}" must be one of {", ".join(get_args(choices))}')
            return None
        return value

    def sub(self, key: str, build: Callable[["_Part"], T]) -> T | None:
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, Table):
            self.wrong(key, "must be a table of keys")
            return None
        part = _Part(self.reader, self.at(key), value)
        built = build(part)
        part.done()
        return built

    def each(self, key: str, build: Callable[["_Part"], T]) -> tuple[T, ...]:
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, Items):
            self.wrong(key, "must be a list")
            return ()
        built = []
        for index, item in enumerate(value):
            path = f"{self.at(key)}[{index}]"
            self.reader.lines[path] = getattr(item, "line", self.table.line)
            if not isinstance(item, Table):
                self.reader.problem(getattr(item, "line", self.table.line), path, "must be a table of keys")
                continue
            part = _Part(self.reader, path, item)
            built.append(build(part))
            part.done()
        return tuple(built)

    def source(self, key: str) -> Source:
        value = self.get(key)
        if isinstance(value, Text):
            if value == "reference":
                return REFERENCE
            self.wrong(key, f'"{value}" must be reference, or an instrument with its number')
            return REFERENCE
        if value is None:
            self.wrong(key, "is missing: write reference, or an instrument with its number")
            return REFERENCE
        instrument = self.sub(key, _instrument)
        return Source("instrument", instrument) if instrument else REFERENCE

    def done(self) -> None:
        for key in self.table:
            if key not in self.asked:
                self.wrong(key, "is not a key of the schema")


def _instrument(part: _Part) -> Instrument:
    return Instrument(part.text("number", required=True) or "", part.day("date"), part.text("article"))


def _authority(part: _Part) -> Authority:
    return Authority(
        part.one_of("level", model.Level, "commune"), part.text("body", required=True) or "",
        part.day("from"), part.day("until"), part.sub("source", _instrument),
    )


def _decision(part: _Part) -> Decision:
    return Decision(part.text("number", required=True) or "", part.day("date"), part.maybe_one_of("status", model.DecisionStatus))


def _record(part: _Part) -> Record:
    month = part.text("month", required=True) or ""
    if month and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        part.wrong("month", f'"{month}" is not a month such as 2026-07')
    return Record(part.one_of("from", model.RecordFrom, "national_portal"), month)


def _case(part: _Part) -> Case:
    case_id = part.text("id", required=True) or ""
    if case_id and not re.fullmatch(r"[a-z0-9_]{1,24}", case_id):
        part.wrong("id", f'"{case_id}" must be short ASCII such as nha_o')
    return Case(case_id, part.text("label", required=True, most=40) or "", part.text("differs", most=120))


def _line(part: _Part) -> Line:
    kinds = [key for key in ("document", "one_of", "note") if key in part.table]
    if len(kinds) != 1:
        part.reader.problem(part.table.line, part.path, "must be one of document, one_of, note")
    kind = kinds[0] if kinds else "note"
    if kind == "document":
        return _document(part)
    if kind == "one_of":
        return OneOf(
            part.text("title", required=True, most=200) or "", part.each("one_of", _document),
            _group(part), part.texts("case"), part.text("when", most=200),
        )
    group = part.maybe_one_of("group", model.Group)
    return Note(part.text("note", required=True, most=200) or "", group, part.texts("case"))


def _document(part: _Part) -> Document:
    return Document(
        name=part.text("document", required=True, most=200) or "",
        group=_group(part),
        original=part.number("original", most=99),
        copy=part.number("copy", most=99),
        form=part.text("form", most=200),
        when=part.text("when", most=200),
        cases=part.texts("case"),
        detail=part.text("detail", most=1500),
    )


def _form_help(part: _Part) -> FormHelp:
    return FormHelp(
        part.text("form", required=True, most=200) or "", part.texts("lines", most=120),
        part.text("example", required=True, most=240) or "",
    )


def _group(part: _Part) -> model.Group:
    group: model.Group = part.maybe_one_of("group", model.Group) or "submit"
    return group


def _fees(part: _Part) -> Fees:
    return Fees(
        part.one_of("status", model.FeeStatus, "not_published"), part.text("text", most=300),
        part.each("items", _fee_item), part.texts("exempt", most=200),
    )


def _fee_item(part: _Part) -> FeeItem:
    return FeeItem(
        part.amount("amount"), part.text("unit"), part.source("source"),
        part.maybe_one_of("channel", model.Channel), part.texts("case"), part.text("condition", most=200),
        part.day("from"), part.day("until"),
    )


def _time(part: _Part) -> TimeLimit:
    amount = part.number("amount", least=1, most=3660)
    if amount is None and "amount" not in part.table:
        part.missing("amount", None)
    return TimeLimit(
        amount or 0, part.one_of("unit", model.TimeUnit, "working_day"), part.source("source"),
        part.maybe_one_of("channel", model.Channel), part.texts("case"), part.text("condition", most=200),
    )


def _filing(part: _Part) -> Filing:
    counter = part.flag("counter")
    return Filing(
        True if counter is None else counter, part.maybe_one_of("online", model.Online), part.flag("post"),
        part.flag("on_site"), part.text("where", most=200),
    )
