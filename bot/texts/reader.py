"""Reads the texts and fills them in."""

import importlib.resources
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from bot import strict_yaml
from bot.strict_yaml import Items, Table, Text

DEFAULT_VARIANTS = ("say", "ask")
"""A step whose text is plain has it under both of these names."""

ADDRESS = "anh/chị"
"""How the texts address a citizen; an office may choose another word, put in everywhere."""

_SELF = re.compile(r"\{([Ee])m\} (\S)")


class Texts:
    """``files`` maps a flow's name to its steps. ``self_word`` is how the bot calls itself ("em", or nothing), ``address_word`` whom it
    speaks to; the texts say it as ADDRESS.
    """

    def __init__(self, files: Mapping[str, Mapping[str, Any]], self_word: str = "em", address_word: str = ADDRESS) -> None:
        self._texts: dict[tuple[str, str, str], list[str]] = {}
        for flow, steps in files.items():
            for step, variants in steps.items():
                for variant, text in _variants(variants):
                    texts = list(text) if isinstance(text, list) else [text]
                    self._texts[flow, step, variant] = [
                        _addressed(_with_self(str(each), self_word), address_word) for each in texts
                    ]

    def __iter__(self) -> Any:
        """Every (flow, step, variant)."""
        return iter(self._texts)

    def all_of(self, flow: str, step: str, variant: str) -> list[str]:
        return self._texts[flow, step, variant]

    def has(self, flow: str, step: str, variant: str) -> bool:
        return (flow, step, variant) in self._texts

    def render(self, flow: str, step: str, variant: str, fields: Mapping[str, str], turn: int = 0) -> str:
        """The text with its fields; of a list of texts the *turn*-th, then the last. KeyError names what is missing."""
        texts = self._texts[flow, step, variant]
        return texts[min(turn, len(texts) - 1)].format_map(fields)

    def part(self, flow: str, step: str, /, **fields: str) -> str:
        """A piece of a sentence that a flow puts together."""
        return self.render(flow, step, "say", fields)


@cache
def load_texts(self_word: str = "em", language: str = "vi", address_word: str = ADDRESS) -> Texts:
    """All texts of *language* inside the package, read once: nothing changes them."""
    folder = importlib.resources.files("bot.texts").joinpath(language)
    files: dict[str, Mapping[str, Any]] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            loaded = strict_yaml.load(file.read_text("utf-8"))
            if not isinstance(loaded, Table):
                raise ValueError(f"{file.name} must be a table of steps")
            files[file.name.removesuffix(".yaml")] = loaded
    return Texts(files, self_word, address_word)


def _variants(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, (Text, Items)):
        return [(variant, value) for variant in DEFAULT_VARIANTS]
    if isinstance(value, Table):
        return list(value.items())
    raise ValueError("a step's text is a text, a list of texts, or a table of variants")


def _with_self(text: str, self_word: str) -> str:
    """``{em} `` and ``{Em} `` as the office wants the bot to call itself; without a word the sentence begins with what follows."""
    def put(match: re.Match[str]) -> str:
        if self_word:
            word = self_word.capitalize() if match[1] == "E" else self_word
            return f"{word} {match[2]}"
        return match[2].upper() if match[1] == "E" else match[2]

    return _SELF.sub(put, text)


def _addressed(text: str, word: str) -> str:
    return text.replace(ADDRESS, word).replace(ADDRESS.capitalize(), word[:1].upper() + word[1:])
