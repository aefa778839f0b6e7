"""One table of a strictly read file: shared by the readers of days and of offices.

Every key asked for is known, every key left over is refused, and every problem is kept with its line: none ends the
reading.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot import strict_yaml
from bot.catalog.reader import Problem
from bot.strict_yaml import Items, Table, Text


@dataclass
class Reading:
    """One file being read; ``name`` is how its problems call it."""

    name: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int, path: str, message: str) -> None:
        self.problems.append(Problem(self.name, line, path, message))

    def open(self, folder: Path) -> Any:
        """The document of ``folder/name``; None with a problem where there is none to read."""
        try:
            document = strict_yaml.load((folder / self.name).read_text("utf-8"))
        except OSError:
            self.problem(1, "", "is missing")
        except UnicodeDecodeError:
            self.problem(1, "", "is not UTF-8 text")
        except strict_yaml.YamlError as error:
            for line, message in error.problems:
                self.problem(line, "", message)
        else:
            if document is None:
                self.problem(1, "", "is empty")
            return document
        return None

    def table(self, document: Any) -> "Part | None":
        """The document as one table of keys."""
        if isinstance(document, Table):
            return Part(self, "", document)
        if document is not None:
            self.problem(1, "", "must be a table of keys")
        return None

    def tables(self, items: Any, path: str = "", line: int = 1) -> list["Part"]:
        """A list of tables; what is no table is a problem and left out."""
        if items is None:
            return []
        if not isinstance(items, Items):
            self.problem(getattr(items, "line", line), path, "must be a list")
            return []
        parts = []
        for index, item in enumerate(items):
            if isinstance(item, Table):
                parts.append(Part(self, f"{path}[{index}]", item))
            else:
                self.problem(getattr(item, "line", line), f"{path}[{index}]", "must be a table of keys")
        return parts


class Part:
    """One table being read."""

    def __init__(self, reading: Reading, path: str, table: Table) -> None:
        self.reading, self.path, self.table = reading, path, table
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def line(self, key: str) -> int:
        return self.table.lines.get(key, self.table.line)

    def wrong(self, key: str, message: str) -> None:
        self.reading.problem(self.line(key), self.at(key), message)

    def get(self, key: str, *, required: bool = False) -> Any:
        self.asked.add(key)
        if required and key not in self.table:
            self.wrong(key, "is missing")
        return self.table.get(key)

    def text(self, key: str, *, required: bool = False) -> str | None:
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, Text) or not value.strip():
            self.wrong(key, "must be a text")
            return None
        return str(value).strip()

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        value = self.get(key, required=required)
        if value is None:
            return ()
        if not isinstance(value, Items) or not all(isinstance(each, Text) and each.strip() for each in value):
            self.wrong(key, "must be a list of texts")
            return ()
        return tuple(str(each).strip() for each in value)

    def one_of(self, key: str, choices: Collection[str], *, required: bool = False) -> Any:
        value = self.text(key, required=required)
        if value is not None and value not in choices:
            self.wrong(key, f'"{value}" must be one of {", ".join(choices)}')
            return None
        return value

    def flag(self, key: str, *, required: bool = False) -> bool:
        return bool(self.one_of(key, ("yes", "no"), required=required) == "yes")

    def number(self, key: str, least: int, most: int, *, required: bool = False) -> int | None:
        value = self.text(key, required=required)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            self.wrong(key, f'"{value}" is not a whole number from {least} to {most}')
            return None
        return int(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        value = self.text(key, required=required)
        day = None if value is None else as_day(value)
        if value is not None and day is None:
            self.wrong(key, f'"{value}" is not a date such as 2026-11-24')
        return day

    def parts(self, key: str, *, required: bool = False) -> list["Part"]:
        return self.reading.tables(self.get(key, required=required), self.at(key), self.line(key))

    def part(self, key: str, *, required: bool = False) -> "Part | None":
        value = self.get(key, required=required)
        if isinstance(value, Table):
            return Part(self.reading, self.at(key), value)
        if value is not None:
            self.wrong(key, "must be a table of keys")
        return None

    def done(self) -> None:
        for key in self.table:
            if key not in self.asked:
                self.wrong(key, "is not a key of the schema")


def as_day(text: str) -> date | None:
    """``2026-11-24`` and no other way of writing a date."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
