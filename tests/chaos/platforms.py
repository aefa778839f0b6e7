"""The platforms that the chaos run knows: the double of each, how its citizens speak there, and how the bot is set to it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.telegram.channel import as_telegram
from bot.channels.zalo.layout import pieces
from bot.channels.zalo.official_account.layout import as_zalo
from bot.dialogue.messages import Outgoing, as_plain_text
from tests.channels.wires import listed
from tests.doubles.telegram_api import TelegramDouble, telegram_double
from tests.doubles.zalo_bot import ZaloBotDouble, zalo_bot_double
from tests.doubles.zalo_oa import ZaloOADouble, zalo_oa_double

SECRET = "chaos-secret"


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a citizen sees it. ``labels``: what can be chosen, each with its number."""

    text: str
    labels: Sequence[str]


class Platform(Protocol):
    """``double`` has of its own: sent, wait, unconfirmed, is_polled_dry, posted."""

    channel: str
    webhook_path: str
    double: Any

    def environ(self, mode: str) -> dict[str, str]:
        """The settings of a bot that talks to the double."""
        ...

    def chat(self, number: int) -> Any:
        """Citizen *number*'s."""
        ...

    def press(self, chat: Any, label: str) -> None:
        """A label as it is shown."""
        ...

    def messages(self, chat: Any) -> list[Shown]:
        """What was said there, without attachments."""
        ...

    def events(self) -> list[str]:
        """What the citizens did, by the ids that the bot knows it by."""
        ...

    def again(self, event: str) -> None:
        """Delivered once more."""
        ...

    def text_of(self, message: Outgoing) -> str:
        """As it arrives."""
        ...

    def bot_died(self) -> None:
        """The process that polled asks no more."""
        ...


class Telegram:
    channel, webhook_path = "telegram", "/webhooks/telegram"

    def __init__(self, double: TelegramDouble) -> None:
        self.double = double

    def environ(self, mode: str) -> dict[str, str]:
        return {
            "BOT_TELEGRAM_TOKEN": self.double.token, "BOT_TELEGRAM_API_URL": self.double.url, "BOT_TELEGRAM_MODE": mode,
            "BOT_TELEGRAM_WEBHOOK_SECRET": SECRET, "BOT_TELEGRAM_SPACING": "0",
        }

    def chat(self, number: int) -> int:
        return 1000 + number

    def press(self, chat: int, label: str) -> None:
        self.double.press(chat, label)

    def messages(self, chat: int) -> list[Shown]:
        return [Shown(sent.text, sent.labels) for sent in self.double.sent(chat) if sent.method == "sendMessage"]

    def events(self) -> list[str]:
        return [str(update["update_id"]) for update in list(self.double.updates)]

    def again(self, event: str) -> None:
        self.double.again(int(event))

    def text_of(self, message: Outgoing) -> str:
        return as_telegram(message)[0]

    def bot_died(self) -> None:
        """An update stays until an offset confirms it."""


class ZaloBot:
    """No buttons: a choice is its number."""

    channel, webhook_path = "zalo-bot", "/webhooks/zalo-bot"

    def __init__(self, double: ZaloBotDouble) -> None:
        self.double = double
        double.keeps = True

    def environ(self, mode: str) -> dict[str, str]:
        return {
            "BOT_ZALO_BOT_TOKEN": self.double.token, "BOT_ZALO_BOT_API_URL": self.double.url, "BOT_ZALO_BOT_MODE": mode,
            "BOT_ZALO_BOT_WEBHOOK_SECRET": SECRET, "BOT_ZALO_BOT_SPACING": "0",
        }

    def chat(self, number: int) -> str:
        return f"c{1000 + number:019x}"

    def press(self, chat: str, label: str) -> None:
        self.double.say(chat, label.partition(".")[0])

    def messages(self, chat: str) -> list[Shown]:
        said = [sent.text for sent in self.double.sent(chat) if sent.method == "sendMessage"]
        return [Shown(text, [f"{number}. {label}" for number, label in enumerate(listed(text)[1], start=1)]) for text in said]

    def events(self) -> list[str]:
        return [update.id for update in list(self.double.updates)]

    def again(self, event: str) -> None:
        self.double.again(event)

    def text_of(self, message: Outgoing) -> str:
        return "\n".join(pieces(as_plain_text(message)))

    def bot_died(self) -> None:
        self.double.poller_died()


class ZaloOA:
    """Up to five choices are buttons, of more there are the numbers. Events come by webhook only."""

    channel, webhook_path = "zalo-oa", "/webhooks/zalo-oa"

    def __init__(self, double: ZaloOADouble) -> None:
        self.double = double

    def environ(self, mode: str) -> dict[str, str]:
        if mode != "webhook":
            raise SystemExit("the Official Account has nothing to poll: --mode webhook")
        return self.double.environ()

    def chat(self, number: int) -> str:
        return str(24_684_588_000_000_000 + number)

    def press(self, chat: str, label: str) -> None:
        last = [sent for sent in self.double.sent(chat) if sent.way == "text"][-1]
        if label in last.labels:
            self.double.press(chat, label)
        else:
            self.double.say(chat, label.partition(".")[0])

    def messages(self, chat: str) -> list[Shown]:
        said = self.double.texts(chat)
        return [Shown(text, [f"{number}. {label}" for number, label in enumerate(listed(text)[1], start=1)]) for text in said]

    def events(self) -> list[str]:
        return [event.id for event in list(self.double.events)]

    def again(self, event: str) -> None:
        self.double.again(event)

    def text_of(self, message: Outgoing) -> str:
        return "\n".join(part["text"] for part in as_zalo(message))

    def bot_died(self) -> None:
        """An event is posted again until it is taken."""


@contextmanager
def telegram() -> Iterator[Telegram]:
    with telegram_double() as double:
        yield Telegram(double)


@contextmanager
def zalo_bot() -> Iterator[ZaloBot]:
    with zalo_bot_double() as double:
        yield ZaloBot(double)


@contextmanager
def zalo_oa() -> Iterator[ZaloOA]:
    with zalo_oa_double() as double:
        yield ZaloOA(double)


PLATFORMS: Mapping[str, Callable[[], Any]] = {"telegram": telegram, "zalo-bot": zalo_bot, "zalo-oa": zalo_oa}
"""Each opens a double and yields its Platform."""


def without_number(label: str) -> str:
    return re.sub(r"^\d+\. ", "", label)
