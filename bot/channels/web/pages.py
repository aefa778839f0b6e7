"""Entries and words made into HTML. Everything that a citizen or the catalogue says is escaped by the templates."""

import importlib.resources
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import jinja2
import segno
from markupsafe import Markup, escape

from bot.clock import local
from bot.dialogue.messages import Choice
from bot.notices.history import Heard, Told
from bot.short_codes import read_code, spoken

STARTERS = ("start_birth", "start_status", "start_book", "start_hours", "start_person", "start_menu")
"""What a newcomer may press before a first list is there; sent as if typed."""

LAYOUT = (
    *STARTERS,
    "title", "greeting", "no_id", "starters", "skip", "talk", "you", "message", "placeholder", "send", "back", "menu", "choices", "photo",
    "photo_why", "photo_sent", "choice_gone", "typing", "slow", "reload", "lost", "not_sent", "large", "normal", "end", "end_title",
    "end_why", "end_yes", "end_no", "to_calendar", "print", "print_now", "print_code", "gone", "gone_why",
)
NOTES = ("too_fast", "expired", "too_long", "no_picture")
"""Why a message was not taken; it is still in its box."""

SHORT_LABEL = 13
"""Lists of labels no longer than this stand side by side."""

_NUMBERED = re.compile(r"(\d{1,2})\) (.+)")
_DASHED = re.compile(r"(\s*)- (.+)")
_LINKED = re.compile(
    r"(?P<web>https?://[^\s<>\"]*[^\s<>\".,;:)])|(?<![\d.\-])(?P<phone>0\d{2,3}(?:[ .]\d{3,4}){2})(?![\d\-])"
    r"|\b(?P<code>[GHPT]\d\d-\d{3}[A-Z])\b"
)
_CODE = re.compile(r"\b[GH]\d\d-\d{3}[A-Z]\b")


class Words(Protocol):
    """The texts."""

    def part(self, flow: str, step: str, /, **fields: str) -> str: ...


@dataclass(slots=True)
class Item:
    """One line: its number where it has one, and the lines under it."""

    text: Markup
    number: str | None = None
    under: list[Markup] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one kind: a paragraph (``p``), a numbered (``ol``) or a dashed list (``ul``)."""

    kind: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the page shows it. ``live``: its choices can still be pressed. ``notice``: said unasked, lists before it live on."""

    id: str
    mine: bool
    at: datetime
    clock: str
    blocks: Sequence[Block]
    source: Sequence[Block] = ()
    choices: Sequence[Choice] = ()
    live: bool = False
    short: bool = False
    notice: bool = False
    print_at: str | None = None
    calendar_at: str | None = None


class Pages:
    """*names* are the fields that every text may name: the bot, the office, its phone."""

    def __init__(self, texts: Words, names: Mapping[str, str], addresses: Mapping[str, str]) -> None:
        self._texts, self._names = texts, names
        self.words = {key: texts.part("web", key, **names) for key in (*LAYOUT, *NOTES)}
        loader = jinja2.FunctionLoader(_template)
        self._templates = jinja2.Environment(
            loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
        )
        self._templates.globals.update(words=self.words, names=names, addresses=addresses, starters=[self.words[key] for key in STARTERS])

    def page(self, name: str, **given: Any) -> str:
        return self._templates.get_template(f"{name}.html").render(**given)

    def bubbles(self, entries: Sequence[Heard | Told], now: datetime) -> list[Bubble]:
        """*entries* for the page; only the list of the last answer can be pressed."""
        answers = (each for each in reversed(entries) if isinstance(each, Told) and (each.message.kind == "reply" or each.message.choices))
        last = next(answers, None)
        live = last.row if last is not None and last.message.choices else None
        return [
            self._mine(each, now) if isinstance(each, Heard) else self._ours(each, now, live=each.row == live) for each in entries
        ]

    def _mine(self, heard: Heard, now: datetime) -> Bubble:
        text = heard.text
        if heard.kind == "photo":
            text = f"{self.words['photo_sent']} {text}".strip()
        elif heard.kind == "choice" and not text:
            text = self.words["choice_gone"]
        return Bubble(f"e{heard.event}", True, heard.at, _clock(heard.at, now), [Block("p", [Item(escape(text))])])

    def _ours(self, told: Told, now: datetime, *, live: bool) -> Bubble:
        message = told.message
        return Bubble(
            f"r{told.row}", False, told.at, _clock(told.at, now), blocks(message.text), blocks(message.tail), message.choices, live,
            all(len(choice.label) <= SHORT_LABEL for choice in message.choices), message.kind == "notice",
            f"/print/{told.row}" if is_for_paper(told) else None, f"/tickets/{told.row}.ics" if message.ticket else None,
        )

    def sheet(self, told: Told, now: datetime) -> str:
        """One message on paper."""
        at = local(now)
        code = code_in(told.message.text)
        printed = self._texts.part("web", "print_at", hour=f"{at:%H:%M}", day=f"{at:%d/%m/%Y}", **self._names)
        return self.page(
            "print", blocks=blocks(told.message.text), source=blocks(told.message.tail), printed=printed,
            code=spoken(code) if code else None, picture=picture(code) if code else None,
        )


def is_for_paper(told: Told) -> bool:
    """Lists of papers, and whatever bears a code that the counter reads."""
    return told.message.facet == "documents" or code_in(told.message.text) is not None


def code_in(text: str) -> str | None:
    """The first code of a ticket or a readiness check in *text*."""
    return next((code for found in _CODE.findall(text) if (code := read_code(found))), None)


def picture(code: str) -> Markup:
    """*code* as a QR picture in SVG: an ordinary one, since phones do not read the micro kind."""
    drawn = segno.make_qr(code, error="m").svg_inline(scale=5, border=4, svgclass="qr", lineclass=None)
    return Markup(drawn)  # made of a code that read_code accepted: letters and digits


def blocks(text: str) -> list[Block]:
    """*text* line by line; lines that count or are dashed become lists."""
    made: list[Block] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        dashed = _DASHED.fullmatch(line)
        if numbered := _NUMBERED.fullmatch(line):
            _put(made, "ol", Item(_linked(numbered[2]), numbered[1]))
        elif dashed and dashed[1] and made and made[-1].kind == "ol":
            made[-1].items[-1].under.append(_linked(dashed[2]))
        elif dashed:
            _put(made, "ul", Item(_linked(dashed[2])))
        else:
            made.append(Block("p", [Item(_linked(line))]))
    return made


def _put(made: list[Block], kind: str, item: Item) -> None:
    if made and made[-1].kind == kind:
        made[-1].items.append(item)
    else:
        made.append(Block(kind, [item]))


def _linked(line: str) -> Markup:
    """*line* escaped, its addresses and phone numbers to press, its codes to be seen."""
    pieces, end = [], 0
    for found in _LINKED.finditer(line):
        pieces += [escape(line[end:found.start()]), _marked(found)]
        end = found.end()
    return Markup("").join([*pieces, escape(line[end:])])


def _marked(found: re.Match[str]) -> Markup:
    if found["code"]:
        return Markup("<strong>{}</strong>").format(found["code"])
    address = found["web"] or "tel:" + re.sub(r"\D", "", found["phone"])
    return Markup('<a href="{}">{}</a>').format(address, found[0])


def _clock(at: datetime, now: datetime) -> str:
    here = local(at)
    return f"{here:%H:%M}" if here.date() == local(now).date() else f"{here:%d/%m %H:%M}"


def _template(name: str) -> str:
    return importlib.resources.files("bot.channels.web").joinpath("templates", name).read_text("utf-8")
