"""Logs: one line an event, ``key=value``, on standard error. No citizen's words; secrets, phones and identity numbers are hidden."""

import json
import logging
import re
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TextIO

HIDDEN = "***"
FIELDS = ("channel", "conversation", "flow", "step", "kind", "outcome", "attempt", "ms")
"""What a line may say besides its event, in this order; given as ``extra``."""

QUIET = {
    # What they say below these levels holds addresses with tokens, or a citizen's words.
    "httpx": logging.WARNING, "httpx2": logging.WARNING, "httpcore": logging.WARNING, "httpcore2": logging.WARNING,
    "telegram": logging.CRITICAL, "python_multipart": logging.WARNING, "multipart": logging.WARNING, "PIL": logging.WARNING,
    "sqlalchemy": logging.WARNING, "alembic": logging.WARNING, "asyncio": logging.WARNING,
}

_PATTERNS = (
    re.compile(r"(?:bot)?\d{3,20}:[A-Za-z0-9_-]{6,}"),  # a bot's token, alone or in an address
    re.compile(r"(?<![\w.])(?:\(?\+?84\)?|0)(?:[ .\-]?\d){9,10}(?!\d)"),  # a phone
    re.compile(r"(?<!\d)(?:\d{12}|\d{9})(?!\d)"),  # an identity card, new or old
    re.compile(r"(?<!\d)(?:\d{3}[ .]){3}\d{3}(?!\d)|(?<!\d)(?:\d{4}[ .]){2}\d{4}(?!\d)|(?<!\d)(?:\d{3}[ .]){2}\d{3}(?!\d)"),  # in groups
)


class Redaction(logging.Filter):
    """Stands on a handler, where every record passes: a logger's own filter misses what its children say.

    Message, arguments, trace and stack are made into text here, hidden, and put in place of what they were.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = sorted((each for each in secrets if each), key=len, reverse=True)
        self._traces = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:
            message = str(record.msg)  # its arguments do not fit; a log line must never be what fails
        record.msg, record.args = self.hide(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._traces.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.hide(record.exc_text)
        if record.stack_info:
            record.stack_info = self.hide(record.stack_info)
        for name in FIELDS:
            value = getattr(record, name, None)
            if isinstance(value, str):
                setattr(record, name, self.hide(value))
        return True

    def hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for pattern in _PATTERNS:
            text = pattern.sub(HIDDEN, text)
        return text


class Line(logging.Formatter):
    """``at=… level=INFO logger=bot.works event="sent" conversation=3 outcome=Sent``; a trace is on the same line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        pairs = [("at", at.isoformat(timespec="milliseconds")), ("level", record.levelname), ("logger", record.name)]
        pairs.append(("event", record.getMessage()))
        pairs += [(name, value) for name in FIELDS if (value := getattr(record, name, None)) is not None]
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else None)
        if trace:
            pairs.append(("trace", trace))
        return " ".join(f"{name}={_value(value)}" for name, value in pairs)


def _value(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.:+\-/*]+", text) else json.dumps(text, ensure_ascii=False)


def set_up_logs(level: str, secrets: Collection[str] = (), out: TextIO | None = None) -> None:
    """One handler for the whole program; handlers that were there before are redacted too."""
    root = logging.getLogger()
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(Line())
    for old in [each for each in root.handlers if isinstance(each.formatter, Line)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    redaction = Redaction(secrets)
    for each in root.handlers:
        for before in [old for old in each.filters if isinstance(old, Redaction)]:
            each.removeFilter(before)
        each.addFilter(redaction)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))
