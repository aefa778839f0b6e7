"""Telegram: python-telegram-bot's ``Bot`` and types as wire, with our own polling loop and webhook route."""

import os

# The library then gives waiting times as timedelta; without it every answer "too many requests" is a deprecation warning first.
os.environ.setdefault("PTB_TIMEDELTA", "1")
