"""Loading the catalogue, read plainly and from the cache: ``python -m tests.benchmarks.loading [FOLDER] [--runs N]``.

Every figure is of a fresh process, the kinds in turn: *plain* reads the files, *first* reads them and keeps what it read, *cached*
finds it kept. Time is from the call to the checked catalogue, imports not counted; memory is how much the process's peak grew by it.
Figures are medians; machines are noisy, so quote the ratio to *plain*.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

KINDS = ("plain", "first", "cached")

ONE = """
import json, resource, sys, time
from pathlib import Path
from bot.catalog.cache import CatalogCache
from bot.catalog.reader import catalog_dir, load_catalog

folder, place = Path(sys.argv[1]) if sys.argv[1] else catalog_dir(), sys.argv[2]
cache = CatalogCache(Path(place)) if place else None
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
catalog = load_catalog(folder, cache)
seconds = time.perf_counter() - begun
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"procedures": len(catalog), "ms": seconds * 1000, "kib": grown}))
"""


def one(folder: str, cache: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", ONE, folder, cache], check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="", help="a catalogue; without it the one in the package")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    measured: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            for kind in KINDS:
                measured[kind].append(one(options.folder, "" if kind == "plain" else str(Path(folder, "kept"))))
    print(f"{measured['plain'][0]['procedures']} procedures, medians of {options.runs} fresh processes each")
    plain = {what: statistics.median(each[what] for each in measured["plain"]) for what in ("ms", "kib")}
    for kind in KINDS:
        ms, kib = (statistics.median(each[what] for each in measured[kind]) for what in ("ms", "kib"))
        print(
            f"{kind:7} {ms:7.1f} ms ({ms / plain['ms']:.2f} of plain)   "
            f"peak grew {kib / 1024:5.1f} MiB ({kib / plain['kib']:.2f} of plain)"
        )


if __name__ == "__main__":
    main()
