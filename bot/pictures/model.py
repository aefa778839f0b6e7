"""The outcome of looking at a photo."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogue.messages import PhotoOutcome


@dataclass(frozen=True, slots=True)
class Slip:
    """``code`` is a dossier's code in canonical form, for the outcome ``code``; "" otherwise."""

    outcome: PhotoOutcome
    code: str = ""


PhotoReader = Callable[[bytes], Slip]
"""Looks at a picture's bytes; blocking, so it is called in a thread."""
