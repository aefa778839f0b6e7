"""What goes over a wire, either way, whatever the wire."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

MOST_CHARACTERS = 2000
"""The shortest limit of all wires (Zalo), in NFC characters."""

PhotoOutcome = Literal["code", "nothing", "id_card", "too_big", "no_picture"]
IncomingKind = Literal["text", "choice", "photo", "voice", "sticker", "other", "details", "officer", "follow", "unfollow"]
Contact = Literal["name", "phone", "address"]
"""What a wire's own form may hand over in place of typing."""
OF_THE_CITIZEN: frozenset[IncomingKind] = frozenset(get_args(IncomingKind)) - {"officer", "unfollow"}
"""What counts as the citizen's turning to us: the rest happens to the conversation and opens no window."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event from a citizen. ``(channel, bot, event_id)`` is unique; ``text`` holds the words, or a pressed choice's value.

    A photo is read by its channel and thrown away: ``text`` is the code that stood on it ("" where there was none) and ``photo`` what
    became of it. ``details`` is a form that the wire itself filled in, ``text`` the same to be read. ``officer``: a person of the house
    wrote to the citizen past us. ``follow`` and ``unfollow``: unasked messages are welcome, or no longer.
    """

    channel: str
    bot: str
    event_id: str
    peer: str
    kind: IncomingKind
    text: str
    sent_at: datetime
    photo: PhotoOutcome | None = None
    details: Mapping[Contact, str] = field(default_factory=dict)


_VALUE = re.compile(r"c[0-9]{1,9}\.[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list. ``value`` is opaque, at most 64 bytes, good in this conversation only."""

    label: str
    value: str


def is_choice_value(text: str) -> bool:
    """Whether *text* looks like a choice's value, for wires where a press arrives as words. Whether it is the present list's is not
    said by that: anybody can type it.
    """
    return _VALUE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class File:
    name: str
    mime: str
    path: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A booked start, for wires that can hand over more than words: a picture of the code, an entry for the phone's calendar.

    ``code`` is as it is read aloud; ``at`` is aware, UTC.
    """

    code: str
    title: str
    place: str
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Template:
    """The same message for a platform that lets only approved wordings through: our ``name`` for the wording, what is put into it.

    ``fields`` tell no more of a person than the message's own words.
    """

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to a citizen: what is said, the choices, then ``tail`` (the source line) and ``hint`` (how to answer).

    ``once``: never send again when the outcome of a send is unknown (tickets, fees, notices). ``wants``: it asks for this piece of who
    they are, which a wire's own form may hand over.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    tail: str = ""
    hint: str = ""
    files: tuple[File, ...] = ()
    kind: Literal["reply", "notice"] = "reply"
    procedure: str | None = None
    facet: str | None = None
    flow: str | None = None
    step: str | None = None
    once: bool = False
    ticket: Ticket | None = None
    wants: Contact | None = None
    template: Template | None = None


def as_plain_text(message: Outgoing) -> str:
    """*message* for a wire without buttons: its numbered list, then source and hint."""
    lines = [message.text] if message.text else []
    lines += [f"{number}. {choice.label}" for number, choice in enumerate(message.choices, start=1)]
    lines += [line for line in (message.tail, message.hint) if line]
    return unicodedata.normalize("NFC", "\n".join(lines))


def to_json(message: Outgoing) -> dict[str, Any]:
    return {
        "text": message.text, "choices": [[each.label, each.value] for each in message.choices], "tail": message.tail,
        "hint": message.hint, "files": [[each.name, each.mime, each.path] for each in message.files], "kind": message.kind,
        "procedure": message.procedure, "facet": message.facet, "flow": message.flow, "step": message.step, "once": message.once,
        "ticket": _ticket_to_json(message.ticket), "wants": message.wants, "template": _template_to_json(message.template),
    }


def from_json(data: Mapping[str, Any]) -> Outgoing:
    return Outgoing(
        text=data["text"], choices=tuple(Choice(*each) for each in data["choices"]), tail=data["tail"], hint=data["hint"],
        files=tuple(File(*each) for each in data["files"]), kind=data["kind"], procedure=data["procedure"], facet=data["facet"],
        flow=data["flow"], step=data["step"], once=data["once"], ticket=_ticket_from_json(data.get("ticket")),
        wants=data.get("wants"), template=_template_from_json(data.get("template")),
    )


def _ticket_to_json(ticket: Ticket | None) -> list[Any] | None:
    return [ticket.code, ticket.title, ticket.place, ticket.at.isoformat(), ticket.minutes] if ticket else None


def _ticket_from_json(data: Sequence[Any] | None) -> Ticket | None:
    if data is None:
        return None
    code, title, place, at, minutes = data
    return Ticket(code, title, place, datetime.fromisoformat(at), minutes)


def _template_to_json(template: Template | None) -> list[Any] | None:
    return [template.name, dict(template.fields)] if template else None


def _template_from_json(data: Sequence[Any] | None) -> Template | None:
    return Template(data[0], data[1]) if data else None
