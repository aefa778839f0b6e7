"""Guessing neighbouring codes: ``python -m tests.benchmarks.enumeration [--guesses N] [--database URL]``.

Each guess is a code and a second fact, as a citizen would send them, from one citizen (who is soon locked out) or from many (five each).
Of the codes a third are of somebody's dossier, a third of dossiers that hold nothing to check against, a third of none. Printed: how long
the bot took to refuse each kind, the differences of the medians, and the spread (between the quartiles) that an onlooker would have to see
through; machines are noisy, so quote the ratio. That all refusals have the same words and tell nothing of a dossier is judged too (exit 1
where not); ``tests/conversations/test_enumeration.py`` holds the same with fewer guesses.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.bootstrap import Application, load_knowledge
from bot.clock import SetClock, aware
from bot.dialogue.messages import Incoming, Outgoing
from bot.dossiers.model import Dossier
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.store import Keys, open_store
from tests.conftest import ON_POSTGRES

NOW = aware(datetime(2026, 11, 21, 8, 0))
KINDS = ("theirs", "bare", "none")
A_CITIZEN_MAY = 5
DAYS = 31
FACT = "4321"
SECRETS = ("Lan", "5678", "đang được xử lý", "10/2026")
"""What the dossiers hold that nobody may read."""


@dataclass(frozen=True)
class Guess:
    """``asked`` is what the bot says to the code, ``refused`` to the fact; None where it did not get that far."""

    kind: str
    code: str
    asked: Outgoing
    refused: Outgoing | None
    seconds: float


def code_of(number: int) -> str:
    return f"H20.14-2610{number % DAYS + 1:02}-{number // DAYS + 1:04}"


def fill(application: Application, guesses: int) -> None:
    """Dossiers under two thirds of the codes; nobody's fact is the one guessed."""
    with application.store.writing() as repositories:
        repositories.dossiers.put(
            Dossier(
                code_of(number), "in_progress", NOW, received_on=date(2026, 10, number % DAYS + 1),
                applicant="Nguyễn Thị Lan" if number % 3 == 0 else None, phone_last4="5678" if number % 3 == 0 else None,
            )
            for number in range(guesses) if number % 3 < 2
        )


def citizens(application: Application, count: int) -> list[int]:
    peers = [f"guesser-{number}" for number in range(count)]
    application.store.intake_all([Incoming("terminal", "me", f"hello-{each}", each, "text", "xin chào", NOW) for each in peers])
    known = [application.store.conversation("terminal", "me", each) for each in peers]
    return [each for each in known if each is not None]


def guess(application: Application, guesses: int, who: Sequence[int]) -> Iterator[Guess]:
    """The guesses one after another, taking turns among *who*; each turn is the engine's, in one transaction for all of them."""
    with application.store.writing() as repositories:
        for number in range(guesses):
            citizen = who[number % len(who)]
            world = application.world(citizen, "terminal", repositories)

            def say(state: Any, text: str, world: Any = world) -> tuple[Any, Outgoing]:
                state, said = application.engine.turn(state, Incoming("terminal", "me", "", "", "text", text, NOW), world)
                return state, said[0]

            state, asked = say(None, code_of(number))
            refused, seconds = None, 0.0
            if state.get("step") != "locked" and "tạm ngưng" not in asked.text:
                begun = time.perf_counter()
                _, refused = say(state, FACT)
                seconds = time.perf_counter() - begun
            yield Guess(KINDS[number % 3], code_of(number), asked, refused, seconds)


def said(message: Outgoing, code: str) -> tuple[Any, ...]:
    """Everything that reaches the citizen, the code that they sent themselves left out."""
    return (message.text.replace(code, "CODE"), tuple(each.label for each in message.choices), tuple(message.files))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=10_000)
    parser.add_argument("--database", help="an empty database of this release; without it a temporary SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{Path(folder, 'guess.db')}"
        clock = SetClock(NOW)
        with open_store(url, Keys.load(url, {} if url.startswith("sqlite") else ON_POSTGRES), clock) as store:
            application = Application(load_knowledge(None), load_town(sample_dir()), store, clock)
            fill(application, options.guesses)
            many = citizens(application, options.guesses // A_CITIZEN_MAY)
            for _ in guess(application, 200, many[:40]):
                pass  # warms up
            times, answers = defaultdict(list), set()
            for each in guess(application, options.guesses, citizens_after(many)):
                if each.refused is not None:
                    times[each.kind].append(each.seconds * 1e6)
                    answers.add(said(each.refused, each.code))
    quartiles = statistics.quantiles([each for kind in KINDS for each in times[kind]], n=4)
    spread = quartiles[2] - quartiles[0]
    medians = {kind: statistics.median(times[kind]) for kind in KINDS}
    for kind in KINDS:
        print(f"{kind:7} {len(times[kind]):6} refusals, median {medians[kind]:7.1f} us")
    apart = max(medians.values()) - min(medians.values())
    print(f"furthest medians {apart:.1f} us apart, spread of one refusal {spread:.1f} us: {apart / spread:.2f} of it")
    told = [word for word in SECRETS for text, *_ in answers if word in text]
    print(f"{len(answers)} wording of all refusals; told of a dossier: {told or 'nothing'}")
    return 0 if len(answers) == 1 and not told else 1


def citizens_after(many: Sequence[int]) -> Sequence[int]:
    """Those whom the warming up did not use first: nobody is locked out by it alone."""
    return [*many[40:], *many[:40]]


if __name__ == "__main__":
    sys.exit(main())
