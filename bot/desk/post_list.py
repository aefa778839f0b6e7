"""The day's list for the post: a workbook to print and sign, or a CSV for other programs; the same columns in both. No identity number."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.desk.files import write_text
from bot.desk.tables import Table, write_workbook
from bot.postal.model import Address, Manifest, Order
from bot.postal.prices import PriceTable, Quote
from bot.short_codes import spoken

COLUMNS = {
    "stt": 4, "so_don": 10, "ma_ho_so": 15, "ma_tthc": 9, "ho_ten_nhan": 15, "sdt_nhan": 8, "dia_chi_so_nha": 22, "xa_phuong": 11,
    "tinh": 10, "loai": 8, "so_to": 5, "ban_chinh_thu_lai": 7, "le_phi_thu_ho": 10, "doi_tuong_giam": 14, "khung_gio": 8,
    "nguoi_duoc_uy_quyen": 11, "ghi_chu": 24, "ma_bang_ke": 9, "ngay_ban_giao": 11,
}
"""Each with its width on paper in characters."""
SERVICES = {"fetch": "nhan_ho_so", "bring": "tra_ket_qua"}
ENDINGS = (".xlsx", ".csv")
_LIKE_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Words(Protocol):
    def part(self, flow: str, step: str, /, **fields: str) -> str: ...


def write_manifest(path: Path, manifest: Manifest, heading: str, prices: PriceTable | None, words: Words) -> None:
    """As the name's ending says, one of ENDINGS; whole or not at all. *heading* stands above the workbook's table. Raises OSError."""
    if path.suffix.lower() == ".csv":
        write_text(path, csv_of(manifest, prices, words))
    else:
        write_workbook(path, table_of(manifest, heading, prices, words), words.part("post_desk", "sheet"))


def table_of(manifest: Manifest, heading: str, prices: PriceTable | None, words: Words) -> Table:
    """As people read it, with the sums of what the post takes over and whoever signs."""
    rows = [_in_words(row, words) for row in rows_of(manifest, prices, words)]
    known = [order.collect for order in manifest.orders if order.collect is not None]
    unknown = len(manifest.orders) - len(known)
    total = {
        "ho_ten_nhan": words.part("post_desk", "total", count=str(len(manifest.orders))), "le_phi_thu_ho": sum(known),
        "ghi_chu": words.part("post_desk", "total_unknown", count=str(unknown)) if unknown else "",
    }
    columns = [(key, words.part("post_desk", f"column_{key}"), width) for key, width in COLUMNS.items()]
    return Table(heading, columns, rows, [total], [words.part("post_desk", f"signs_{who}") for who in ("office", "post")])


def csv_of(manifest: Manifest, prices: PriceTable | None, words: Words) -> str:
    """With the mark that tells spreadsheets its letters, and lines that end as theirs do."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(manifest, prices, words):
        writer.writerow([_no_formula(row[key]) for key in COLUMNS])
    return "\ufeff" + out.getvalue()


def _no_formula(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_LIKE_FORMULAS) else text


# -- rows -----------------------------------------------------------------------------------------------------------------


def rows_of(manifest: Manifest, prices: PriceTable | None, words: Words) -> list[dict[str, Any]]:
    """What other programs read: text, whole numbers where they count something, None where nothing is known."""
    return [
        {"stt": number, **_row(order, prices, words), "ma_bang_ke": manifest.code, "ngay_ban_giao": f"{manifest.day:%d/%m/%Y}"}
        for number, order in enumerate(manifest.orders, start=1)
    ]


def _row(order: Order, prices: PriceTable | None, words: Words) -> dict[str, Any]:
    draft, recipient = order.draft, order.draft.recipient
    return {
        "so_don": spoken(order.number), "ma_ho_so": draft.dossier, "ma_tthc": draft.procedure, "ho_ten_nhan": recipient.name,
        "sdt_nhan": recipient.phone, "dia_chi_so_nha": _door(recipient.address, words), "xa_phuong": recipient.address.commune.name,
        "tinh": recipient.address.province.name, "loai": SERVICES[draft.service], "so_to": order.sheets,
        "ban_chinh_thu_lai": "y" if order.hand_back else "n",
        "le_phi_thu_ho": words.part("post_desk", "collect_unknown") if order.collect is None else order.collect,
        "doi_tuong_giam": relief_of(order, prices), "khung_gio": words.part("post_desk", f"time_{draft.time_of_day}"),
        "nguoi_duoc_uy_quyen": recipient.other, "ghi_chu": _note(order, words),
    }


def _in_words(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {
        **row, "loai": words.part("post_desk", f"service_{row['loai']}"),
        "ban_chinh_thu_lai": words.part("post_desk", f"hand_back_{row['ban_chinh_thu_lai']}"),
    }


def _door(address: Address, words: Words) -> str:
    """Everything below the commune, and the former district that the postman may know the place by."""
    old = words.part("post_desk", "old_district", district=address.old_district) if address.old_district else None
    return ", ".join(each for each in (address.house, address.hamlet, address.landmark, old) if each)


def relief_of(order: Order, prices: PriceTable | None) -> str | None:
    """The name of the relief that is claimed, as it was told with the price, else as the table has it; its id where neither knows it."""
    claimed = order.draft.relief
    told = order.draft.quote.relief if order.draft.quote else None
    return told or next((each.name for each in (prices or PriceTable()).reliefs if each.id == claimed), claimed)


def _note(order: Order, words: Words) -> str:
    """The order's number first: of all columns this one is the likeliest to come back."""
    parts = [words.part("post_desk", "note_order", number=spoken(order.number))]
    if order.hand_back:
        parts.append(words.part("post_desk", "note_hand_back", papers="; ".join(order.hand_back)))
    if order.draft.quote is not None:
        parts.append(words.part("post_desk", "note_price", amount=money(order.draft.quote.amount)))
    if order.draft.note:
        parts.append(order.draft.note)
    return " ".join(parts)


def money(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


# -- for officers ---------------------------------------------------------------------------------------------------------


def order_row(order: Order, prices: PriceTable | None, words: Words) -> dict[str, Any]:
    """An order as officers see it: their own list, nothing masked."""
    draft, recipient = order.draft, order.draft.recipient
    address = ", ".join(filter(None, [_door(recipient.address, words), recipient.address.commune.name, recipient.address.province.name]))
    return {
        "number": spoken(order.number), "state": order.state, "service": draft.service, "dossier": draft.dossier,
        "procedure": draft.procedure, "name": recipient.name, "phone": recipient.phone, "other": recipient.other, "address": address,
        "relief": relief_of(order, prices), "price": _price(draft.quote), "time_of_day": draft.time_of_day, "note": draft.note,
        "collect": order.collect, "hand_back": list(order.hand_back), "sheets": order.sheets, "manifest": order.manifest,
        "item": order.item, "pair": spoken(draft.pair) if draft.pair else None,
    }


def _price(quote: Quote | None) -> dict[str, Any] | None:
    if quote is None:
        return None
    return {
        "amount": quote.amount, "full": quote.full, "zone": quote.zone, "up_to_grams": quote.up_to_grams, "decision": quote.number,
        "dated": quote.dated.isoformat(), "relief": quote.relief,
    }


def told_of(rows: Sequence[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """The same with states and services in words, for tables that people read."""
    return [
        {
            **row, "state": words.part("post_desk", f"state_{row['state']}"),
            "service": words.part("post_desk", f"service_{SERVICES[row['service']]}"),
        }
        for row in rows
    ]
