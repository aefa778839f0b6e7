"""Postal orders for tests: whose they are, where they go, and the program that officers run on them.

``python -m tests.post_orders PLACE COMMAND…`` is that program with a place to die (``tests.chaos.commands``, and ``replace``: before a
file gets its name).
"""

import json
import os
import sys
from datetime import date, datetime

from bot import __main__ as program
from bot import clock as clocks
from bot.clock import SetClock, aware
from bot.postal.model import Address, Draft, Event, Manifest, Order, Recipient, Unit
from bot.postal.prices import Quote
from bot.store import Keys, open_store
from tests.chaos.commands import ALWAYS_ARMED, make_mortal
from tests.chaos.process import Grave
from tests.store.acts import citizen

MONDAY = date(2026, 11, 23)
AT_SEVEN = aware(datetime(2026, 11, 23, 7, 0))
DOSSIER = "H20.14-261102-0007"
HOME = Address(
    "Số 12", "ấp Mẫu Trung", "gần cầu Mẫu", Unit("31633", "Xã Cù Lao Dung"), Unit("92", "Thành phố Cần Thơ"), "Huyện Cù Lao Dung", "mapped"
)  # fmt: skip
LAN = Recipient("Nguyễn Thị Mẫu", "091 234 56 78", HOME, "Trần Văn Thay")
PRICE = Quote(5_500, 11_000, "hai xã bên sông (số liệu mẫu)", 100, "Bảng giá mẫu số 1", date(2026, 1, 5), "hộ nghèo")


def draft(who=1, **more):
    known = {"citizen": who, "service": "bring", "dossier": DOSSIER, "procedure": "1.001193", "recipient": LAN, "quote": PRICE}
    return Draft(**known | more)


def order(number="B00001B", *, collect=None, hand_back=(), sheets=None, state="handed_over", **more):
    return Order(number, draft(**more), state, AT_SEVEN, collect, hand_back, sheets, "BK2026-0001")


def listed(*orders, day=MONDAY):
    return Manifest("BK2026-0001", day, AT_SEVEN, orders)


class Officer:
    """The program on one database at a set time, and what it said."""

    def __init__(self, url, environ, clock, capsys):
        self.url, self.environ, self.clock, self.capsys = url, environ, clock, capsys

    def __call__(self, *arguments):
        """(exit status, what it printed, what it complained of)."""
        self.capsys.readouterr()
        status = program.main([str(each) for each in arguments])
        out = self.capsys.readouterr()
        return status, out.out, out.err

    def as_process(self):
        """The environment of a process of its own on the same database."""
        return os.environ | self.environ

    def rows(self, *arguments, status=0):
        """What it printed with ``--json``."""
        found, out, _ = self(*arguments, "--json")
        assert found == status
        return [json.loads(line) for line in out.splitlines()]

    def open(self):
        return open_store(self.url, Keys.load(self.url, self.environ), self.clock)

    def keep(self, peer="lan", state="confirmed", *, collect=None, hand_back=(), **more):
        """A new order of *peer*; its number."""
        with self.open() as store:
            who = citizen(store, peer)
            with store.writing() as repositories:
                return repositories.post.keep(draft(who, **more), state, collect=collect, hand_back=hand_back).number

    def hand_over(self, day=MONDAY):
        with self.open() as store, store.writing() as repositories:
            return repositories.post.make_manifest(day)

    def record(self, number, state, on, attempt=0, **more):
        with self.open() as store, store.writing() as repositories:
            return repositories.post.record(number, Event(state, on, attempt, **more))

    def order(self, number):
        with self.open() as store, store.reading() as repositories:
            return repositories.post.get(number)

    def events(self, number):
        with self.open() as store, store.reading() as repositories:
            return repositories.post.events(number)


def mortal(place, arguments):
    grave, replace = Grave(place, ALWAYS_ARMED), os.replace

    def replaced(*names):
        grave.passed("replace")
        replace(*names)

    make_mortal(grave)
    clocks.SystemClock, os.replace = lambda: SetClock(AT_SEVEN), replaced
    return program.main(arguments)


if __name__ == "__main__":
    sys.exit(mortal(sys.argv[1], sys.argv[2:]))
