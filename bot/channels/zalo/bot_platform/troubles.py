"""What the platform's refusals mean: what becomes of the message, and what is to be done. The codes are those of its documentation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Then = Literal["slow down", "all wait", "perhaps arrived", "listed", "blocked"]
"""``slow down``: certainly not sent, everybody waits longer each time. ``all wait``: certainly not sent, everybody waits a minute.
``perhaps arrived``: nobody can say. ``listed``: trying for long would not help, so a person is to look. ``blocked``: that citizen cannot
be written to.
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """``to_do`` is for whoever runs the bot; ``everywhere``: it is no matter of one message, so ``/status`` shows it."""

    then: Then
    to_do: str
    everywhere: bool = True


TROUBLES: Mapping[int, Trouble] = {
    400: Trouble("listed", "Zalo refuses this message; see python -m bot outbox unknown, and report what Zalo says", everywhere=False),
    401: Trouble("all wait", "the token is refused: copy it anew from Zalo Bot Manager into BOT_ZALO_BOT_TOKEN and start again"),
    403: Trouble("perhaps arrived", "Zalo calls this an error of its own server: wait; if it lasts, look at the bot in Zalo Bot Manager"),
    404: Trouble("listed", "Zalo knows no such address: BOT_ZALO_BOT_API_URL must end in /bot and be Zalo's, or be unset"),
    408: Trouble("perhaps arrived", "Zalo took too long to answer: wait"),
    429: Trouble("slow down", "too many requests: it goes on by itself, slower; if it lasts, the quota of the bot's package is used up"),
}
SERVER = Trouble("perhaps arrived", "Zalo's server fails: wait")
UNKNOWN = Trouble("listed", "a refusal that Zalo does not document; see python -m bot outbox unknown, and report it", everywhere=False)
UNREACHABLE = Trouble("blocked", "this citizen cannot be written to before they write again", everywhere=False)

NO_POLLING = (400, 409)
POLLING_REFUSED = "Zalo does not let itself be asked while a webhook is registered: python -m bot webhook delete zalo-bot"
"""What these codes most likely mean of getUpdates; Zalo documents only that the two exclude each other."""

_UNREACHABLE_WORDS = (
    "chat not found", "user not found", "chat_id not found", "invalid chat", "invalid chat_id", "chat_id is invalid", "invalid user",
    "blocked", "deactivated",
)
"""Not documented. Words that are not among them leave a 400 listed, which is looked at by a person."""


def trouble_of(code: int, said: str) -> Trouble:
    """What a refusal with *code* and the platform's words means."""
    if code in (400, 404) and any(words in said.lower() for words in _UNREACHABLE_WORDS):
        return UNREACHABLE
    return SERVER if code >= 500 else TROUBLES.get(code, UNKNOWN)
