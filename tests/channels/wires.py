"""A citizen at each wire, seen from outside: what is typed or pressed, and what can be read afterwards."""

import asyncio
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol

import httpx

from bot.bootstrap import Application, Knowledge
from bot.channels.terminal import Screen, Terminal, TesterClock
from bot.clock import SetClock, today
from bot.offices.reader import load_town
from bot.pictures.model import Slip
from bot.pictures.slip import read_slip
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.server import build_server
from bot.settings import Settings, load_settings
from bot.store.crypto import Keys
from bot.store.engine import Store, open_store
from tests.conversations.conftest import SATURDAY
from tests.doubles.serving import serving
from tests.doubles.telegram_api import TOKEN, Sent, TelegramDouble, telegram_double
from tests.doubles.zalo_bot import TOKEN as ZALO_BOT_TOKEN
from tests.doubles.zalo_bot import ZaloBotDouble, zalo_bot_double
from tests.doubles.zalo_oa import APP_ID, ZaloOADouble, zalo_oa_double

BETWEEN_MESSAGES = timedelta(seconds=5)
"""A citizen takes their time: nobody is told that they write too fast."""
SECRET = "webhook-secret_of-the-tests"


@dataclass(frozen=True)
class Heard:
    """What one turn brought to be read: the words, and the choices that can be taken now, in their order."""

    words: str
    labels: list[str]


class Wire(Protocol):
    """One citizen. ``channel``, ``bot`` and ``peer`` are what they are known by."""

    channel: str
    bot: str
    peer: str

    def say(self, text: str) -> Heard: ...

    def press(self, label: str) -> Heard: ...

    def photo(self, picture: bytes) -> Heard: ...


@dataclass
class House:
    """The bot on a database of its own, its clock moved on before every message."""

    application: Application
    clock: SetClock
    settings: Settings

    def move_on(self) -> None:
        self.clock.move_to(self.clock.now() + BETWEEN_MESSAGES)

    def citizen(self, wire: Wire) -> int:
        found = self.application.store.conversation(wire.channel, wire.bot, wire.peer)
        assert found is not None, f"nobody wrote over {wire.channel}"
        return found

    def has_answered(self, wire: Wire) -> bool:
        """Every message is answered and every answer is out."""
        return not self.application.store.outbox.history.waiting((wire.channel, wire.bot, wire.peer))


@contextmanager
def a_house(folder: Path, knowledge: Knowledge, **environ: str) -> Iterator[House]:
    clock, url = SetClock(SATURDAY), f"sqlite:///{folder / 'bot.db'}"
    settings = load_settings({"BOT_DATABASE_URL": url, **environ}, folder / "none.env")
    with open_store(url, Keys.load(url, {}), clock) as store:
        fill(store, SATURDAY.date())
        yield House(Application(knowledge, load_town(sample_dir()), store, clock), clock, settings)


def fill(store: Store, day: date) -> None:
    with store.writing() as repositories:
        repositories.dossiers.put(sample_dossiers(day))


# -- the terminal -----------------------------------------------------------------------------------------------------------


@dataclass
class _TerminalHouse:
    house: House
    screen: Screen
    runner: asyncio.Runner

    def accept(self, incoming: Any) -> bool:
        return self.house.application.accept(incoming)

    def work(self) -> None:
        self.house.application.take_turns()
        self.runner.run(self.house.application.deliver({"terminal": self.screen}))

    def look(self, path: str) -> Slip:
        return read_slip(Path(path).read_bytes(), today(self.house.clock))

    def restart(self) -> None: ...

    def away(self) -> str:
        return self.house.application.common("database_away")


class TerminalWire:
    channel, bot, peer = "terminal", "terminal", "me"

    def __init__(self, house: House, folder: Path, runner: asyncio.Runner) -> None:
        self._house, self._folder, self._out = house, folder, io.StringIO()
        self._screen = Screen(self._out, as_json=True)
        self._terminal = Terminal(
            _TerminalHouse(house, self._screen, runner), self._screen, TesterClock(house.clock), lambda words: None, self.peer
        )

    def say(self, text: str) -> Heard:
        self._house.move_on()
        self._out.seek(0)
        self._out.truncate()
        self._terminal.hear(text)
        said = [json.loads(line) for line in self._out.getvalue().splitlines()]
        labels = [choice["label"] for choice in said[-1]["choices"]] if said else []
        return Heard(_without_lists("\n".join(each["text"] for each in said), said), labels)

    def press(self, label: str) -> Heard:
        """A terminal has no buttons: the label is typed as it stands."""
        return self.say(label)

    def photo(self, picture: bytes) -> Heard:
        path = self._folder / "photo"
        path.write_bytes(picture)
        return self.say(f"!photo {path}")


def _without_lists(text: str, said: list[dict[str, Any]]) -> str:
    listed = {f"{choice['n']}. {choice['label']}" for each in said for choice in each["choices"]}
    return "\n".join(line for line in text.splitlines() if line not in listed)


@contextmanager
def terminal(folder: Path, knowledge: Knowledge) -> Iterator[tuple[House, TerminalWire]]:
    with a_house(folder, knowledge) as house, asyncio.Runner() as runner:
        yield house, TerminalWire(house, folder, runner)


# -- the web page, without JavaScript ---------------------------------------------------------------------------------------


class WebWire:
    """A browser that knows forms and cookies and nothing else."""

    channel, bot = "web", "web"

    def __init__(self, house: House, client: httpx.Client) -> None:
        self._house, self._client = house, client
        self._seen: set[str] = set()
        self._page = self._load(client.get("/"))
        self.peer = client.cookies["visitor"].partition(".")[0]

    def say(self, text: str) -> Heard:
        return self._send({"text": text})

    def press(self, label: str) -> Heard:
        values = {choice.label: choice.value for choice in self._page.pressable()}
        assert label in values, f"no button {label!r} among {list(values)}"
        return self._send({"choice": values[label] or ""})

    def photo(self, picture: bytes) -> Heard:
        self._house.move_on()
        fields = {name: self._page.fields[name] for name in ("token", "key")}
        return self._heard(self._client.post("/photos", data=fields, files={"photo": ("slip.jpg", picture, "image/jpeg")}))

    def _send(self, what: dict[str, str]) -> Heard:
        self._house.move_on()
        fields = {name: self._page.fields[name] for name in ("token", "key")}
        return self._heard(self._client.post("/messages", data=fields | what))

    def _heard(self, response: httpx.Response) -> Heard:
        _until(lambda: self._house.has_answered(self))
        assert response.status_code == 303, f"{response.status_code}: {response.text}"
        self._page = self._load(self._client.get("/"))
        new = [bubble for bubble in self._page.ours if bubble.id not in self._seen]
        self._seen |= {bubble.id for bubble in new}
        return Heard("\n".join(bubble.words for bubble in new), [choice.label for choice in new[-1].choices] if new else [])

    def _load(self, response: httpx.Response) -> "Page":
        assert response.status_code == 200, f"{response.status_code}: {response.text}"
        page = Page()
        page.feed(response.text)
        page.close()
        return page


@dataclass
class Pressable:
    value: str | None
    label: str = ""


@dataclass
class Bubble:
    id: str
    words: str = ""
    choices: list[Pressable] = field(default_factory=list)


class Page(HTMLParser):
    """What a citizen reads on the page, and what its forms would send."""

    def __init__(self) -> None:
        super().__init__()
        self.ours: list[Bubble] = []
        self.fields: dict[str, str] = {}
        self._inside: list[tuple[str, str]] = []

    def pressable(self) -> list[Pressable]:
        return [choice for bubble in self.ours for choice in bubble.choices if choice.value is not None]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.fields.setdefault(given.get("name", ""), given.get("value", ""))
        if tag in ("input", "meta", "link", "br", "path", "circle"):
            return
        if tag == "article" and given.get("class") == "ours":
            self.ours.append(Bubble(given["id"]))
        elif tag == "li" and self._is_inside("choices"):
            self.ours[-1].choices.append(Pressable(None))
        elif tag == "button" and self._is_inside("choices"):
            self.ours[-1].choices[-1].value = given.get("value")
        elif tag in ("p", "li") and self._is_inside("ours"):
            self.ours[-1].words += "\n"
        self._inside.append((tag, given.get("class", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._is_inside("choices"):
            if self._inside[-1][0] == "span":
                self.ours[-1].choices[-1].label += data
        elif self._is_inside("text", "source") and self._is_inside("ours"):
            self.ours[-1].words += data

    def _is_inside(self, *classes: str) -> bool:
        return any(set(held.split()) & set(classes) for _, held in self._inside)


@contextmanager
def web(folder: Path, knowledge: Knowledge) -> Iterator[tuple[House, WebWire]]:
    with (
        a_house(folder, knowledge) as house,
        serving(build_server(house.application, house.settings)) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=10) as client,
    ):
        yield house, WebWire(house, client)


# -- Telegram ---------------------------------------------------------------------------------------------------------------


class TelegramWire:
    channel, bot = "telegram", TOKEN.partition(":")[0]

    def __init__(self, house: House, double: TelegramDouble, chat: int) -> None:
        self._house, self._double, self._chat, self.peer = house, double, chat, str(chat)

    def say(self, text: str) -> Heard:
        return self._heard(lambda: self._double.say(self._chat, text))

    def press(self, label: str) -> Heard:
        listed = _listed(self._messages()[-1])
        shown = next((shown for shown, line in listed.items() if _label(line) == label), label)
        return self._heard(lambda: self._double.press(self._chat, shown))

    def photo(self, picture: bytes) -> Heard:
        return self._heard(lambda: self._double.photo(self._chat, picture))

    def _messages(self) -> list[Sent]:
        """Without a ticket's picture and calendar entry, which come when they come."""
        return [sent for sent in self._double.sent(self._chat) if sent.method == "sendMessage"]

    def _heard(self, act: Callable[[], int]) -> Heard:
        self._house.move_on()
        before = len(self._messages())
        act()
        self._double.wait(lambda: len(self._messages()) > before)
        _until(lambda: self._house.has_answered(self))
        new = self._messages()[before:]
        return Heard("\n".join(_words(sent) for sent in new), [_label(line) for line in _listed(new[-1]).values()])


def _label(line: str) -> str:
    return re.sub(r"^\d+\. ", "", line)


def _listed(sent: Sent) -> dict[str, str]:
    """What each button shows -> its whole line: a label cut at its end, or of its beginning, stands in the text."""
    lines = sent.text.splitlines()
    return {shown: next((line for line in lines if _is_cut_from(line, shown)), shown) for shown in sent.labels}


def _is_cut_from(line: str, shown: str) -> bool:
    number, _, part = shown.partition(" ")
    of_its_end = line.startswith(shown.removesuffix("…"))
    return of_its_end or (part.startswith("…") and line.startswith(f"{number} ") and part.strip("…") in line)


def _words(sent: Sent) -> str:
    """The text without the list that the buttons show too."""
    listed = set(_listed(sent).values())
    return "\n".join(line for line in sent.text.splitlines() if line not in listed)


@contextmanager
def telegram(folder: Path, knowledge: Knowledge, mode: str) -> Iterator[tuple[House, TelegramWire]]:
    with telegram_double() as double:
        environ = {
            "BOT_TELEGRAM_TOKEN": double.token, "BOT_TELEGRAM_API_URL": double.url, "BOT_TELEGRAM_MODE": mode,
            "BOT_TELEGRAM_WEBHOOK_SECRET": SECRET, "BOT_TELEGRAM_SPACING": "0",
        }
        with a_house(folder, knowledge, **environ) as house, serving(build_server(house.application, house.settings)) as address:
            if mode == "webhook":
                double.use_webhook(f"{address}/webhooks/telegram", SECRET)
            yield house, TelegramWire(house, double, 7_000_000_007)


# -- Zalo Bot ---------------------------------------------------------------------------------------------------------------


class ZaloBotWire:
    """No buttons: a choice is its number, and the list stands in the text."""

    channel, bot = "zalo-bot", ZALO_BOT_TOKEN.partition(":")[0]

    def __init__(self, house: House, double: ZaloBotDouble, chat: str) -> None:
        self._house, self._double, self.peer = house, double, chat

    def say(self, text: str) -> Heard:
        return self._heard(lambda: self._double.say(self.peer, text))

    def press(self, label: str) -> Heard:
        labels = listed(self._messages()[-1])[1]
        return self.say(str(labels.index(label) + 1) if label in labels else label)

    def photo(self, picture: bytes) -> Heard:
        return self._heard(lambda: self._double.photo(self.peer, picture))

    def _messages(self) -> list[str]:
        """Without a ticket's picture."""
        return [sent.text for sent in self._double.sent(self.peer) if sent.method == "sendMessage"]

    def _heard(self, act: Callable[[], str]) -> Heard:
        self._house.move_on()
        before = len(self._messages())
        act()
        self._double.wait(lambda: len(self._messages()) > before)
        _until(lambda: self._house.has_answered(self))
        new = [listed(text) for text in self._messages()[before:]]
        return Heard("\n".join(words for words, _ in new), new[-1][1])


def listed(text: str) -> tuple[str, list[str]]:
    """The words and the numbered choices of a message without buttons: its last run of lines numbered from 1."""
    lines, choices = text.splitlines(), []
    start = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].startswith("1. ")), len(lines))
    for line in lines[start:]:
        if not line.startswith(f"{len(choices) + 1}. "):
            break
        choices.append(_label(line))
    return "\n".join(lines[:start] + lines[start + len(choices):]), choices


@contextmanager
def zalo_bot(folder: Path, knowledge: Knowledge, mode: str) -> Iterator[tuple[House, ZaloBotWire]]:
    with zalo_bot_double() as double:
        double.wrapped, double.photo_field = mode == "webhook", "photo" if mode == "webhook" else "photo_url"
        environ = {
            "BOT_ZALO_BOT_TOKEN": double.token, "BOT_ZALO_BOT_API_URL": double.url, "BOT_ZALO_BOT_MODE": mode,
            "BOT_ZALO_BOT_WEBHOOK_SECRET": SECRET, "BOT_ZALO_BOT_SPACING": "0",
        }
        with a_house(folder, knowledge, **environ) as house, serving(build_server(house.application, house.settings)) as address:
            if mode == "webhook":
                double.use_webhook(f"{address}/webhooks/zalo-bot", SECRET)
            yield house, ZaloBotWire(house, double, "6ede9afa66b88fe6d6a9")


# -- Zalo OA ----------------------------------------------------------------------------------------------------------------


class ZaloOAWire:
    """Up to five choices are buttons; the list stands in the text besides."""

    channel, bot = "zalo-oa", APP_ID

    def __init__(self, house: House, double: ZaloOADouble, user: str) -> None:
        self._house, self._double, self.peer = house, double, user

    def say(self, text: str) -> Heard:
        return self._heard(lambda: self._double.say(self.peer, text))

    def press(self, label: str) -> Heard:
        last = self._double.sent(self.peer)[-1]
        if last.buttons:
            return self._heard(lambda: self._double.press(self.peer, label))
        labels = listed(self._double.texts(self.peer)[-1])[1]
        return self.say(str(labels.index(label) + 1) if label in labels else label)

    def photo(self, picture: bytes) -> Heard:
        return self._heard(lambda: self._double.photo(self.peer, picture))

    def _heard(self, act: Callable[[], str]) -> Heard:
        self._house.move_on()
        before = len(self._double.texts(self.peer))
        act()
        self._double.wait(lambda: len(self._double.texts(self.peer)) > before)
        _until(lambda: self._house.has_answered(self))
        new = [listed(text) for text in self._double.texts(self.peer)[before:]]
        buttons = [sent for sent in self._double.sent(self.peer) if sent.way == "text"][-1].labels
        assert not buttons or [_label(title) for title in buttons] == new[-1][1], "buttons and digits must mean the same"
        return Heard("\n".join(words for words, _ in new), new[-1][1])


@contextmanager
def zalo_oa(folder: Path, knowledge: Knowledge) -> Iterator[tuple[House, ZaloOAWire]]:
    with (
        zalo_oa_double() as double, a_house(folder, knowledge, **double.environ()) as house,
        serving(build_server(house.application, house.settings)) as address,
    ):
        double.now = lambda: house.clock.now().timestamp()
        double.use_webhook(f"{address}/webhooks/zalo-oa")
        yield house, ZaloOAWire(house, double, "246845883529197922")


def _until(true: Callable[[], bool], seconds: float = 10) -> None:
    pause = threading.Event()
    for _ in range(int(seconds * 100)):
        if true():
            return
        pause.wait(0.01)
    raise TimeoutError(f"not within {seconds} s")
