"""Words that work at every step, and numbers that answer a list."""

import re
from functools import cache
from typing import Literal

from bot.search.folding import fold
from bot.understanding.words import table

Command = Literal["back", "leave", "menu", "person", "resume", "yes", "no"]
PostWish = Literal["cancel", "change", "see"]
_POST_WISHES: tuple[PostWish, ...] = ("cancel", "change", "see")
_COMMANDS: tuple[Command, ...] = ("back", "leave", "menu", "person", "resume", "yes", "no")
_POLITE = re.compile(r"\s+(a|nha|nhe|nghen|di|giup|gium|dum|em|em oi|voi)$")
"""Particles at the end that change nothing: "hủy nha", "menu đi"."""


def command(text: str) -> Command | None:
    """The command that the whole message is, however typed."""
    said = text.strip() if text.strip() in _by_words() else bare(text)
    return _by_words().get(said) or _by_words().get(_POLITE.sub("", said))


def none_of_these(text: str) -> bool:
    """Whether the whole message says that nothing on the list is meant: "không có trong này", "cái khác"."""
    said = bare(text)
    return said in _none_of_these() or _POLITE.sub("", said) in _none_of_these()


def stop_notices(text: str) -> bool:
    """Whether the whole message asks for no more notices: "thôi báo", "đừng nhắn nữa"."""
    said = bare(text)
    return said in _stop_notices() or _POLITE.sub("", said) in _stop_notices()


def post_order(text: str) -> PostWish | None:
    """What the message wants of a postal order that is there already: "bưu điện tới đâu rồi", "hủy đơn bưu điện"."""
    whole = bare(text)
    if whole in _post_orders_alone() or _POLITE.sub("", whole) in _post_orders_alone():
        return "change"
    said = f" {whole} "
    return next((wish for wish in _POST_WISHES if any(f" {phrase} " in said for phrase in _post_orders(wish))), None)


def number(text: str) -> int | None:
    """The number that the whole message is: "2", "2.", "số 2", "bấm 2", "hai"; None for anything else."""
    plain = text.strip().replace("\ufe0f", "").replace("\u20e3", "")
    match = re.fullmatch(r"(\d{1,3})[.)]?", plain)
    if match:
        return int(match[1])
    said = bare(text)
    for lead in _leads():
        said = said.removeprefix(f"{lead} ")
    if re.fullmatch(r"\d{1,3}", said):
        return int(said)
    word = _number_words().get(said)
    return int(word) if word else None


def bare(text: str) -> str:
    """Folded, and nothing but letters, digits and single blanks."""
    return " ".join(re.findall(r"[a-z0-9/]+", fold(text)))


@cache
def _by_words() -> dict[str, Command]:
    table_ = table("commands.yaml")
    return {form: name for name in _COMMANDS for said in table_[name] for form in (str(said), bare(str(said)))}


@cache
def _none_of_these() -> frozenset[str]:
    return frozenset(bare(str(said)) for said in table("commands.yaml")["none_of_these"])


@cache
def _stop_notices() -> frozenset[str]:
    return frozenset(bare(str(said)) for said in table("commands.yaml")["stop_notices"])


@cache
def _post_orders(wish: PostWish) -> frozenset[str]:
    return frozenset(bare(str(said)) for said in table("commands.yaml")["post_order"][wish])


@cache
def _post_orders_alone() -> frozenset[str]:
    return frozenset(bare(str(said)) for said in table("commands.yaml")["post_order_alone"])


@cache
def _leads() -> tuple[str, ...]:
    return tuple(sorted((bare(str(lead)) for lead in table("commands.yaml")["before_a_number"]), key=len, reverse=True))


@cache
def _number_words() -> dict[str, str]:
    return {bare(word): str(digit) for word, digit in table("commands.yaml")["number_words"].items()}
