"""Files that officers get: whole or not at all, and for their owner's eyes only, since citizens' names stand in them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A draft beside *path*, mode 600, that takes its place at the end and is gone when the block raises. Raises OSError."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(number)
    try:
        yield Path(name)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_text(path: Path, text: str) -> None:
    with written_whole(path) as draft:
        draft.write_text(text, "utf-8", newline="")
