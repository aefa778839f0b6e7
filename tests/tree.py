"""The project's own files: what a clean checkout would hold, read without asking version control."""

import fnmatch
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def project_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file that ``.gitignore`` lets through, relative to *root*, in order."""
    patterns = [line.strip() for line in (root / ".gitignore").read_text("utf-8").splitlines()]
    yield from _walk(root, root, [each for each in patterns if each and not each.startswith("#")])


def _walk(root: Path, folder: Path, patterns: list[str]) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        name = entry.relative_to(root)
        if entry.name == ".git" or _ignored(name, entry.is_dir(), patterns):
            continue
        if entry.is_dir():
            yield from _walk(root, entry, patterns)
        else:
            yield name


def _ignored(name: Path, is_folder: bool, patterns: list[str]) -> bool:
    """The part of ``.gitignore``'s rules that we use: names, ``*``, a last slash for folders, a first or inner one for the root."""
    ignored = False
    for pattern in patterns:
        keep = pattern.startswith("!")
        bare = pattern.lstrip("!")
        if bare.endswith("/") and not is_folder:
            continue
        bare = bare.rstrip("/")
        text = name.as_posix() if "/" in bare else name.name
        if fnmatch.fnmatchcase(text, bare.lstrip("/")):
            ignored = not keep
    return ignored
