"""The post by files: our list is one, and what it tells is another, XLSX or CSV."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, islice

from bot.clock import local
from bot.gateways.post.carrier import Told
from bot.gateways.post.rows import RowReader
from bot.gateways.post.titles import find_post_header
from bot.gateways.settlement.made import made_at
from bot.gateways.settlement.sheets import Export, UnreadableExport
from bot.gateways.settlement.titles import TITLE_ROWS
from bot.postal.model import Manifest


class FileCarrier:
    """*write* puts a list where the post gets it from; *export* is its own list, opened, when there is one to read."""

    def __init__(self, now: datetime, write: Callable[[Manifest], None] | None = None, export: Export | None = None) -> None:
        self._now, self._write, self._export = now, write, export
        self.left_out: list[str | None] = []
        """Sheets without titles that we know, though something stands in them."""

    def hand_over(self, manifest: Manifest) -> None:
        assert self._write is not None, "made to read only"
        self._write(manifest)

    def read(self) -> Iterator[Told]:
        """Every row of every sheet that is about an order. Raises UnreadableExport."""
        assert self._export is not None, "made to write only"
        export, found = self._export, False
        for sheet in export.sheets:
            first = list(islice(sheet.rows, TITLE_ROWS))
            header = find_post_header([row for _, row in first])
            if header is None:
                if any(cell not in (None, "") for _, row in first for cell in row):
                    self.left_out.append(sheet.name)
                continue
            found = True
            made = made_at([row for _, row in first[: header.end]], export.path, export.saved_at, self._now)
            reader = RowReader(header, sheet.name, local(made).date(), local(self._now).date(), export.epoch)
            for number, row in chain(first[header.end :], sheet.rows):
                if reader.is_data(row):
                    yield reader.read(row, number)
        if not found:
            raise UnreadableExport("no_post_header", file=export.path.name)
