"""A message as the Official Account takes it: words, with its list in numbers, and up to five buttons that say the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.zalo.layout import pieces
from bot.channels.zalo.official_account.wire import PRESSED
from bot.dialogue.messages import Outgoing, as_plain_text

MOST_BUTTONS = 5
LONGEST_TITLE = 100
_LONGEST_FORM_TITLE, _LONGEST_FORM_WORDS = 100, 500


def as_zalo(message: Outgoing) -> Sequence[Mapping[str, Any]]:
    """The parts to send in order, mostly one; the buttons go with the last. Where there are more choices than buttons, or one is too
    long for a button, the numbered list stands alone: digits answer it.
    """
    parts: list[dict[str, Any]] = [{"text": piece} for piece in pieces(as_plain_text(message))]
    buttons = _buttons(message)
    if parts and buttons:
        parts[-1]["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
    return parts


def _buttons(message: Outgoing) -> list[dict[str, str]]:
    titles = [f"{number}. {choice.label}" for number, choice in enumerate(message.choices, start=1)]
    if not titles or len(titles) > MOST_BUTTONS or any(len(title) > LONGEST_TITLE for title in titles):
        return []
    return [
        {"title": title, "type": "oa.query.hide", "payload": f"{PRESSED}{choice.value}"}
        for title, choice in zip(titles, message.choices, strict=True)
    ]


def form(title: str, words: str, picture_url: str) -> Mapping[str, Any]:
    """Zalo's own form for name, phone and address."""
    element = {"title": title[:_LONGEST_FORM_TITLE], "subtitle": words[:_LONGEST_FORM_WORDS], "image_url": picture_url}
    return {"attachment": {"type": "template", "payload": {"template_type": "request_user_info", "elements": [element]}}}


def picture(words: str, **where: str) -> Mapping[str, Any]:
    """*where* is ``url`` or ``attachment_id``."""
    element = {"media_type": "image", **where}
    return {"text": words, "attachment": {"type": "template", "payload": {"template_type": "media", "elements": [element]}}}
