"""A searcher in a process of its own, so that its time and its memory are its own."""

import gc
import pickle
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.catalog.model import Catalog
from tests.benchmarks.searchers import SEARCHERS, Answer

ROOT = Path(__file__).parents[2]
WARM_UP = ("xin chào", "cho hỏi thủ tục này", "gia hạn giấy phép", "1.001193")
"""Asked first, so that no question pays for what is read once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer and milliseconds of processor time for each text; megabytes that the process grew by."""

    answers: tuple[Answer, ...]
    milliseconds: tuple[float, ...]
    megabytes: float


def ask(name: str, catalog: Catalog, texts: Sequence[str]) -> Asked:
    """Builds the searcher *name* of *catalog* and asks it every text once."""
    gc.collect()
    before = _resident()
    searcher = SEARCHERS[name](catalog)
    for each in WARM_UP:
        searcher.ask(each)
    answers, taken = [], []
    for each in texts:
        begun = time.process_time_ns()
        answers.append(searcher.ask(each))
        taken.append((time.process_time_ns() - begun) / 1e6)
    gc.collect()
    return Asked(tuple(answers), tuple(taken), _resident() - before)


def _resident() -> float:
    """Megabytes that the process holds; where the system does not say, the most that it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def ask_in_rounds(names: Sequence[str], catalog: Catalog, texts: Sequence[str], rounds: int) -> dict[str, Asked]:
    """Every searcher in fresh processes, in turns; a text's time is the median of its rounds."""
    runs: dict[str, list[Asked]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr)
            runs[name].append(_in_fresh_process(name, catalog, texts))
    return {
        name: Asked(
            each[0].answers,
            tuple(statistics.median(times) for times in zip(*(run.milliseconds for run in each), strict=True)),
            statistics.median(run.megabytes for run in each),
        )
        for name, each in runs.items()
    }


def _in_fresh_process(name: str, catalog: Catalog, texts: Sequence[str]) -> Asked:
    command = [sys.executable, "-c", "from tests.benchmarks.search_asking import work; work()"]
    done = subprocess.run(command, input=pickle.dumps((name, catalog, texts)), stdout=subprocess.PIPE, cwd=ROOT, check=True)
    asked: Asked = pickle.loads(done.stdout)
    return asked


def work() -> None:
    """What the fresh process does."""
    sys.stdout.buffer.write(pickle.dumps(ask(*pickle.load(sys.stdin.buffer))))
