"""What the platform's refusals mean: what becomes of the message, and what is to be done. One table, and nothing else decides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Then = Literal["slow down", "new token", "after the night", "tomorrow", "another way", "listed"]
"""``slow down``: certainly not sent, everybody waits longer each time. ``new token``: the pair is renewed and the send tried once more,
then everybody waits a minute. ``after the night``, ``tomorrow``: certainly not sent, this one waits so long. ``another way``: not by
this way of sending; the next one that is allowed is tried, and without one the row waits for the citizen and is listed for a call.
``listed``: trying again would not help, so a person is to look.
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """``to_do`` is for whoever runs the bot; ``everywhere``: it is no matter of one citizen, so ``/status`` shows it."""

    then: Then
    to_do: str
    everywhere: bool = True


_CONSENT = "nothing, the token is renewed; if it lasts, an admin of the OA consents again and BOT_ZALO_OA_REFRESH_TOKEN is set anew"
_BALANCE = "top up the OA's balance (ZCA); until then notices outside the free 48 hours are listed by python -m bot outbox calls"
_DAILY = "the day's limit for templates is used up: it goes on tomorrow; ask Zalo for a higher one"
_LISTED = "see python -m bot outbox unknown, and report it"

TROUBLES: Mapping[int, Trouble] = {
    -32: Trouble("slow down", "too many requests: it goes on by itself, slower"),
    -216: Trouble("new token", _CONSENT),
    -220: Trouble("new token", _CONSENT),
    -124: Trouble("new token", _CONSENT),
    -234: Trouble("after the night", "nothing: Zalo lets this kind through from 6:00 on", everywhere=False),
    -133: Trouble("after the night", "nothing: Zalo lets this template through from 6:00 on", everywhere=False),
    -144: Trouble("tomorrow", _DAILY),
    -147: Trouble("tomorrow", _DAILY),
    -230: Trouble("another way", "nothing: the citizen has not turned to us for seven days", everywhere=False),
    -232: Trouble("another way", "nothing: the citizen's window is closed", everywhere=False),
    -213: Trouble("another way", "nothing: the citizen does not follow the OA", everywhere=False),
    -227: Trouble("another way", "nothing: the citizen's account is barred, or not used for 45 days", everywhere=False),
    -244: Trouble("another way", "nothing: the citizen does not want this kind of message", everywhere=False),
    -108: Trouble("another way", "nothing: Zalo does not reach this citizen by template", everywhere=False),
    -114: Trouble("another way", "nothing: this citizen cannot be reached by template", everywhere=False),
    -118: Trouble("another way", "nothing: this citizen's Zalo account is gone", everywhere=False),
    -119: Trouble("another way", "nothing: this citizen's account may not receive templates", everywhere=False),
    -211: Trouble("another way", "the OA's quota is used up: look at its package; what waits is listed by python -m bot outbox calls"),
    -218: Trouble("another way", "nothing: the quota of messages to this citizen is used up until they write", everywhere=False),
    -224: Trouble("another way", "the OA's package does not hold this: buy a higher one, or take the way out of BOT_ZALO_OA_BILLED"),
    -115: Trouble("another way", _BALANCE),
    -137: Trouble("another way", _BALANCE),
    -131: Trouble("another way", "a template is not approved: look at its id in BOT_ZALO_OA_TEMPLATES and its state at Zalo"),
    -135: Trouble("another way", "the OA may not send templates yet: have it verified and linked (docs/zalo.md)"),
    -201: Trouble("listed", f"Zalo refuses what is in this message: {_LISTED}", everywhere=False),
    -240: Trouble("listed", "BOT_ZALO_OA_API_URL leads to an interface that is shut down: leave it unset"),
    404: Trouble("listed", "BOT_ZALO_OA_API_URL leads nowhere: leave it unset"),
}
UNKNOWN = Trouble("listed", f"a refusal that is not documented: {_LISTED}", everywhere=False)


def trouble_of(code: int) -> Trouble:
    return TROUBLES.get(code, UNKNOWN)


def told(code: int) -> str:
    """For a log line and ``/status``."""
    return f"{code}: {trouble_of(code).to_do}"
