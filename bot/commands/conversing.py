"""A conversation in the terminal."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bot import clock as clocks
from bot.bootstrap import Application, Knowledge, load_knowledge, open_application
from bot.channels.terminal import Screen, Terminal, TesterClock
from bot.offices.model import Town
from bot.offices.reader import load_town
from bot.pictures.model import Slip
from bot.pictures.slip import read_slip
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.settings import Settings


class House:
    """The terminal's bot: works off what waits after every line, and can be dropped and made anew."""

    def __init__(self, settings: Settings, clock: TesterClock, screen: Screen, knowledge: Knowledge, town: Town) -> None:
        self._settings, self._clock, self._screen, self._knowledge, self._town = settings, clock, screen, knowledge, town
        self._runner = asyncio.Runner()
        self._late_told: date | None = None
        self.application = self._open()

    def _open(self) -> Application:
        return open_application(self._settings, self._clock, self._town, self._knowledge)

    def accept(self, incoming: Any) -> bool:
        return self.application.accept(incoming)

    def work(self) -> None:
        self.application.take_turns()
        if self._late_told != (today := clocks.today(self._clock)):
            self.application.tell_late()
            self._late_told = today
        self._runner.run(self.application.deliver({"terminal": self._screen}))

    def look(self, path: str) -> Slip:
        try:
            picture = Path(path).read_bytes()
        except OSError:
            return Slip("no_picture")
        return read_slip(picture, clocks.today(self._clock))

    def restart(self) -> None:
        self.application.store.close()
        self._knowledge = load_knowledge(self._settings.catalog_dir)
        self.application = self._open()

    def away(self) -> str:
        return self.application.common("database_away")

    def close(self) -> None:
        self.application.store.close()
        self._runner.close()


def converse(settings: Settings, clock: TesterClock, screen: Screen, user: str, lines: Iterable[str]) -> None:
    """A conversation on a database that gets the sample dossiers when it has none."""
    town = load_town(sample_dir())
    house = House(settings, clock, screen, load_knowledge(settings.catalog_dir, settings.cache_dir), town)
    try:
        fill_with_samples(house.application, settings, clock)
        house.application.store.retention.run()
        Terminal(house, screen, clock, lambda words: print(words, file=sys.stderr), user).run(lines)
    finally:
        house.close()


def fill_with_samples(application: Application, settings: Settings, clock: TesterClock) -> None:
    """The sample dossiers, into an empty database and beside the sample office only."""
    if settings.offices_dir is not None:
        return
    with application.store.writing() as repositories:
        if repositories.dossiers.count() == 0:
            repositories.dossiers.put(sample_dossiers(clocks.today(clock)))


def chat(options: argparse.Namespace, settings: Settings) -> int:
    clock = TesterClock(clocks.SystemClock(), options.at)
    screen = Screen(sys.stdout, as_json=options.json)
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        url = options.db or f"sqlite:///{Path(folder) / 'chat.db'}"
        converse(replace(settings, database_url=url), clock, screen, options.user, sys.stdin)
    return 0


def prompted(prompt: str) -> Iterator[str]:
    """Typed lines, with a prompt where a person types them."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    while True:
        try:
            yield input(prompt)
        except EOFError:
            return
