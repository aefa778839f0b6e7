"""The post's words for where an item is, and what each of them means. What is not here is handed back, never guessed."""

import re
from typing import Literal

from bot.catalog.names import folded
from bot.postal.model import OrderState, Service

Meaning = Literal[
    "waiting", "collecting", "collected", "not_collected", "in_transit", "out", "delivered", "failed", "returning", "returned", "cancelled",
]

WORDS: dict[Meaning, tuple[str, ...]] = {
    "waiting": (
        "cho lay", "cho lay hang", "cho thu gom", "da tiep nhan don", "da tiep nhan don hang", "moi tao", "da tao don", "da dang ky",
        "cho xu ly", "cho ban giao", "da ban giao", "da nhan bang ke",
    ),
    "collecting": ("dang lay", "dang di lay", "dang lay hang", "dang thu gom", "dang di thu gom", "dang nhan ho so", "dang di nhan ho so"),
    "collected": (
        "da lay", "da lay hang", "lay thanh cong", "lay hang thanh cong", "da thu gom", "thu gom thanh cong", "da nhan ho so",
        "nhan ho so thanh cong", "chap nhan", "da chap nhan", "chap nhan gui", "da nhan gui", "da nhan tu nguoi gui",
    ),
    "not_collected": (
        "lay khong thanh cong", "lay hang khong thanh cong", "khong lay duoc", "thu gom khong thanh cong", "khong thu gom duoc",
        "nhan ho so khong thanh cong", "chua lay duoc",
    ),
    "in_transit": (
        "dang van chuyen", "dang chuyen", "dang luan chuyen", "dang trung chuyen", "dang tren duong", "da den buu cuc", "den buu cuc",
        "da den buu cuc phat", "tai buu cuc", "roi buu cuc", "da roi buu cuc", "dang khai thac", "dang van chuyen den buu cuc phat",
        "cho phat", "cho giao",
    ),
    "out": (
        "dang phat", "dang di phat", "dang giao", "dang giao hang", "dang di giao", "giao buu ta", "da giao buu ta", "giao buu ta di phat",
    ),
    "delivered": (
        "phat thanh cong", "da phat", "da phat thanh cong", "giao thanh cong", "da giao", "da giao thanh cong", "giao hang thanh cong",
        "da giao hang", "phat thanh cong da ky nhan",
    ),
    "failed": (
        "phat khong thanh cong", "khong phat duoc", "phat that bai", "giao khong thanh cong", "giao that bai", "khong giao duoc",
        "giao hang khong thanh cong", "chua phat duoc", "hen phat lai", "luu buu cuc cho phat lai",
    ),
    "returning": (
        "dang chuyen hoan", "dang hoan", "cho chuyen hoan", "duyet hoan", "bat dau chuyen hoan", "dang chuyen hoan ve noi gui",
        "phat hoan khong thanh cong",
    ),
    "returned": (
        "chuyen hoan", "da chuyen hoan", "chuyen hoan thanh cong", "da hoan", "hoan thanh cong", "phat hoan thanh cong",
        "da tra lai noi gui", "da tra lai nguoi gui", "tra lai nguoi gui", "da chuyen hoan ve noi gui",
    ),
    "cancelled": ("da huy", "huy", "huy don", "da huy don", "huy thu gom"),
}
_KNOWN = {words: meaning for meaning, all_words in WORDS.items() for words in all_words}

STATES: dict[Service, dict[Meaning, OrderState | None]] = {
    "bring": {
        "waiting": None, "collecting": None, "collected": "in_transit", "in_transit": "in_transit", "out": "out_for_delivery",
        "delivered": "delivered", "failed": "failed", "returning": "failed", "returned": "returned",
    },
    "fetch": {
        "waiting": None, "collecting": "out_for_delivery", "collected": "fetched", "not_collected": "failed", "in_transit": "in_transit",
        "out": "in_transit", "delivered": "delivered", "returned": "returned", "cancelled": "cancelled",
    },
}
"""What a meaning is of an order for each way; None: no news. A meaning that is not there cannot be said of such an order.

Of papers fetched the post goes out to the citizen first and to the counter last, so that "out" is only more of their way; of a result that
goes back "returning" is a failed delivery, and not yet at the counter.
"""

SERVICES: dict[str, Service] = {
    **dict.fromkeys(("nhan ho so", "thu gom", "lay ho so", "nhan ho so tai nha", "tiep nhan ho so", "chieu di"), "fetch"),
    **dict.fromkeys(("tra ket qua", "phat ket qua", "tra ket qua tai nha", "chuyen tra ket qua", "phat tra ket qua", "chieu ve"), "bring"),
}


def read_status(words: str) -> Meaning | None:
    """None for words that nobody has told us the meaning of; numbers mean other things in other lists, and are such."""
    for text in (words, re.sub(r"\([^)]*\)", " ", words), re.sub(r"^\s*\d{1,3}\s*[.\-:)]\s*", "", words)):
        if folded(text) in _KNOWN:
            return _KNOWN[folded(text)]
    return None


def read_service(words: str) -> Service | None:
    return SERVICES.get(folded(words))
