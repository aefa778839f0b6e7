"""A town with a price table, and what citizens, officers and the post do, where orders with the post are tested.

Prices, zones and decisions are invented.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from bot.bootstrap import Application, Knowledge
from bot.clock import local
from bot.dialogue.messages import as_plain_text
from bot.flows.post_notices import PostNotices
from bot.flows.world import Premises
from bot.notices.hours import QuietHours
from bot.postal.model import Event, Order
from bot.postal.prices import Price, PriceTable, Relief, Zone

DATED = date(2026, 6, 1)
TABLE = PriceTable(
    zones=(Zone("near", "trong xã", communes=frozenset(("30112",))), Zone("province", "trong tỉnh", provinces=frozenset(("82",)))),
    prices=(
        Price("near", 100, 26_000, "01/BĐ-MẪU", DATED, DATED), Price("near", 250, 29_000, "01/BĐ-MẪU", DATED, DATED),
        Price("province", 100, 30_000, "01/BĐ-MẪU", DATED, DATED),
    ),
    reliefs=(
        Relief("poor", "Hộ nghèo", 50, "giấy chứng nhận hộ nghèo", "02/BĐ-MẪU", DATED, DATED),
        Relief("mother", "Mẹ Việt Nam anh hùng", 100, "giấy xác nhận danh hiệu", "02/BĐ-MẪU", DATED, DATED),
    ),
)
NEAR = "ấp 3, xã Mỹ Hiệp, Đồng Tháp"
FAR = "ấp 2, xã An Thạnh, Cần Thơ"
"""In no zone of the table."""
PHONE = "0912 345 678"
BIRTH = "1.001193"
CODE = "H20.14-261019-0021"
"""A dossier of the sample whose result waits, and the last four digits of its owner's phone."""
FACT = "4567"


def town_with(conversation: Any, knowledge: Knowledge, **changes: Any) -> None:
    """The same conversation in another town; by default one that has a price table."""
    application = conversation.application
    town = replace(application.town, **{"post": TABLE, **changes})
    conversation.application = Application(knowledge, town, application.store, application.clock)


def play(conversation: Any, *said: str) -> str:
    """Each is typed, ``[label]`` chosen by its digit; what the bot said to the last."""
    for words in said:
        if words.startswith("["):
            label = words[1:-1]
            labels = [choice.label for choice in conversation.last[-1].choices]
            assert label in labels, conversation._story(f"no line [{label}] among {labels}")
            conversation.say(str(labels.index(label) + 1))
        else:
            conversation.say(words)
    return str(conversation.text)


TO_THE_NAME = ("menu", "[Gửi, nhận giấy qua bưu điện]", "[Bưu điện đến nhà lấy giấy đem nộp]", "giấy khai sinh cho con")
TO_THE_REVIEW = (*TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE, NEAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]")


def order(conversation: Any, *steps: str) -> Order:
    """The order that the citizen has after these steps, ready to be said yes to."""
    play(conversation, *(steps or TO_THE_REVIEW), "[Đúng, ghi đơn]")
    if conversation.place == "send_by_post.remember":
        play(conversation, "[Không cần]")
    return orders(conversation)[0]


def orders(conversation: Any) -> list[Order]:
    """The speaker's, newest first."""
    with conversation.repositories() as repositories:
        return list(repositories.post.of(conversation.citizen))


def notices(conversation: Any, repositories: Any) -> PostNotices:
    application = conversation.application
    premises = Premises(application.clock.now(), application.town, application.texts, application.knowledge.calendar)
    return PostNotices(premises, repositories.notices, QuietHours())


def handed_over(conversation: Any) -> list[str]:
    """The day's manifest is made up; what is said of it."""
    day = local(conversation.clock.now()).date()
    with conversation.application.store.writing() as repositories:
        manifest = repositories.post.make_manifest(day)
        assert manifest is not None
        for each in manifest.orders:
            notices(conversation, repositories).handed_over(repositories.post.get(each.number), manifest.day)
    return [as_plain_text(each) for each in conversation.at(conversation.clock.now())]


def told(conversation: Any, number: str, event: Event, item: str | None = None) -> list[str]:
    """The post's list tells *event*; what is said of it."""
    with conversation.application.store.writing() as repositories:
        assert repositories.post.record(number, event, item) == "new"
        notices(conversation, repositories).hear(repositories.post.get(number), event)
    return [as_plain_text(each) for each in conversation.at(conversation.clock.now())]
