"""Pages for printing: A4, no outside file, nothing that runs. Any browser prints them or keeps them as PDF."""

import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass

import jinja2

from bot.desk.tables import Table


@dataclass(frozen=True, slots=True)
class Section:
    """A table under its heading; ``none`` is said where it has no row, ``file`` names the file that holds the same."""

    table: Table
    none: str
    file: str | None = None


def page(title: str, made: str, sections: Sequence[Section], note: str = "", signature: str = "") -> str:
    """The HTML of one page; ``note`` stands under the title, ``signature`` at the end."""
    return _templates().get_template("list.html").render(title=title, made=made, sections=sections, note=note, signature=signature)


def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_read), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )


def _read(name: str) -> str:
    return importlib.resources.files("bot.desk").joinpath("templates", name).read_text("utf-8")
