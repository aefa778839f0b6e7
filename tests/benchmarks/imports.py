"""Importing every real record beside bare work on the same bytes: ``python -m tests.benchmarks.imports``.

``BOT_REFERENCE_DATA`` names the folder with ``tthc_reference.jsonl``. In one run: each record read and written as YAML with nothing
judged (bare), then our import of the same file, drafts and flags; then the drafts parsed as YAML with nothing checked (bare), and our
reader on them. Each in a process of its own, so that the memory is its own. Machines are noisy: quote the ratios.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot import strict_yaml
from bot.catalog.importers.filing import DraftFolder, Unreadable, import_files, known_versions
from bot.catalog.reader import catalog_dir, read_folder


def bare_import(source: Path, folder: Path) -> int:
    """Every record as a YAML file, whatever it says."""

    def as_text(value: object) -> object:
        if isinstance(value, dict):
            return {key: as_text(each) for key, each in value.items()}
        return [as_text(each) for each in value] if isinstance(value, list) else str(value)

    folder.mkdir()
    count = 0
    with source.open(encoding="utf-8") as lines:
        for line in lines:
            count += 1
            record = json.loads(line)
            (folder / f"{record['code']}.yaml").write_text(strict_yaml.dump(as_text(record)), "utf-8")
    return count


def our_import(source: Path, folder: Path) -> int:
    from bot.commands.catalogue import draft_words
    from bot.texts.reader import load_texts

    checked, words = read_folder(catalog_dir()), draft_words(load_texts())
    drafts = DraftFolder(folder, catalog_dir(), checked.fields, words.no_field)
    count = 0
    for outcome in import_files([source], drafts, words, known_versions(checked), "2026-07"):
        assert not isinstance(outcome, Unreadable), outcome
        count += 1
    return count


def bare_load(_: Path, folder: Path) -> int:
    return sum(bool(strict_yaml.load(path.read_text("utf-8"))) for path in folder.glob("*/*.yaml"))


def our_load(_: Path, folder: Path) -> int:
    files = read_folder(folder).files
    assert all(file.procedure for file in files)
    return len(files)


WORK = {each.__name__: each for each in (bare_import, our_import, bare_load, our_load)}


def measured(work: str, source: Path, folder: Path) -> dict[str, float]:
    """Processor seconds, records and peak megabytes of one piece of work in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.imports", "--work", work, str(source), str(folder)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", nargs=3, metavar=("WHAT", "SOURCE", "FOLDER"), help="one piece of work; used by the benchmark itself")
    work = parser.parse_args().work
    if work:
        begun = time.process_time()
        count = WORK[work[0]](Path(work[1]), Path(work[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": time.process_time() - begun, "records": count, "megabytes": peak}))
        return
    if not os.environ.get("BOT_REFERENCE_DATA"):
        sys.exit("BOT_REFERENCE_DATA is not set: name the folder with tthc_reference.jsonl")
    source = Path(os.environ["BOT_REFERENCE_DATA"]) / "tthc_reference.jsonl"
    with tempfile.TemporaryDirectory() as place:
        bare = measured("bare_import", source, Path(place) / "bare")
        ours = measured("our_import", source, Path(place) / "drafts")
        parsed = measured("bare_load", source, Path(place) / "drafts")
        loaded = measured("our_load", source, Path(place) / "drafts")
    for what, mine, other in (("import", ours, bare), ("load", loaded, parsed)):
        print(
            f"{what} of {mine['records']:.0f} records: {mine['seconds']:.1f} s of processor, {mine['megabytes']:.0f} MB; "
            f"bare: {other['seconds']:.1f} s, {other['megabytes']:.0f} MB; ours is {mine['seconds'] / other['seconds']:.1f} times that"
        )


if __name__ == "__main__":
    main()
