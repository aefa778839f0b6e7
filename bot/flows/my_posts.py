"""My postal orders: how far each is, what was signed; changing or cancelling one while it is on no manifest, and whom to ask after that."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Ask, Branch, Confirm, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.flows.call_back import offers as to_menu
from bot.flows.dossier_notices import opening_in_words
from bot.flows.post_words import made_in_words, masked_recipient, name_of_order, price_in_words, standing_in_words
from bot.flows.send_by_post import PARTS
from bot.flows.wording import sample_tail
from bot.flows.world import World
from bot.postal.model import Order
from bot.postal.rules import is_over, may_change
from bot.short_codes import read_code, spoken

TROUBLES = ("not_there", "damaged")


def orders(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option(each.number, world.words.part("my_posts", "line", order=name_of_order(each, world), state=_short(each, world)))
        for each in world.post.of(world.citizen)
    ]


def _short(order: Order, world: World) -> str:
    return world.words.part("my_posts", f"short_{order.state}")


def number_given(answers: Answers, world: World) -> Read | Problem | None:
    """The order named in the first message; without one, the only one there is."""
    if answers.get("number"):
        return number_typed(answers["number"], answers, world)
    mine = world.post.of(world.citizen)
    return Read(mine[0].number) if len(mine) == 1 else None


def number_typed(text: str, _: Answers, world: World) -> Read | Problem | None:
    """One's own order, by its number; somebody else's and none at all sound alike."""
    number = read_code(text)
    if number is None or not number.startswith("B"):
        return None
    return Read(number) if _mine(number, world) else Problem("not_yours")


def _mine(number: str, world: World) -> Order | None:
    order = world.post.get(number)
    return order if order is not None and order.draft.citizen == world.citizen else None


def _order(answers: Answers, world: World) -> Order | None:
    """None where it is nobody's any more: erased, or emptied after its time, between two messages."""
    return _mine(answers["order"], world)


def there(answers: Answers, world: World) -> str:
    order = _order(answers, world)
    if order is None:
        return "gone"
    if may_change(order):
        return "open"
    return "too_late" if answers.get("asked") and not is_over(order.state) else "closed"


def tell(answers: Answers, world: World) -> Say:
    order = _order(answers, world)
    return Say("ask", {"order": _whole(order, world)}, tail=sample_tail(world)) if order else Say("gone")


def tell_standing(answers: Answers, world: World) -> Say:
    order = _order(answers, world)
    if order is None:
        return Say("gone")
    whole = _whole(order, world)
    if order.state == "returned":
        return Say("returned", {"order": whole, "fetch": _fetch(world)}, tail=sample_tail(world))
    return Say("say", {"order": whole}, tail=sample_tail(world))


def _fetch(world: World) -> str:
    """Where it lies and when that is open; what the post gave back to the counter is fetched there."""
    opening = opening_in_words(world.centre, world, world.now)
    if world.centre is None:
        return opening
    return world.words.part("my_posts", "fetch", office=world.centre.name, address=world.centre.address, opening=opening)


def _whole(order: Order, world: World) -> str:
    """Everything that is known, with what would tell of a person masked."""
    item = world.words.part("my_posts", "item", item=order.item) if order.item else ""
    price = price_in_words(order.draft.quote, world) if may_change(order) and order.draft.quote else ""
    return world.words.part(
        "my_posts", "whole", order=name_of_order(order, world), made=made_in_words(order, world), state=standing_in_words(order, world),
        recipient=masked_recipient(order.draft.recipient), item=item, price=f"\n{price}" if price else "",
    )


def wishes(answers: Answers, world: World) -> Sequence[Option]:
    order = _order(answers, world)
    parts = [each for each in PARTS if each != "relief"]
    changes = [Option(each, world.words.part("my_posts", f"change_{each}"), _changing(order, each)) for each in parts if order]
    cancel = Option("cancel", world.words.part("my_posts", "cancel_it"))
    return [*changes, cancel, Option("keep", world.words.part("my_posts", "keep_it"))]


def _changing(order: Order, part: str) -> Errand:
    draft = order.draft
    known = {"service": draft.service, "dossier": draft.dossier, "procedure": draft.procedure}
    return Errand("send_by_post", {"order": order.number, "change": part, **known})


def wish_given(answers: Answers, _: World) -> Read | Problem | None:
    return Read("cancel") if answers.get("asked") == "cancel" else None


def ask_sure(answers: Answers, world: World) -> Say:
    order = _order(answers, world)
    if order is None:
        return Say("gone")
    if order.draft.pair:
        return Say("one_of_two", {"order": name_of_order(order, world), "pair": spoken(order.draft.pair)})
    return Say("ask", {"order": name_of_order(order, world)})


def cancel(answers: Answers, world: World) -> Done | Refused:
    """The manifest may have been made up since the question was asked: then it is too late, and nothing is changed."""
    order = _order(answers, world)
    if order is None:
        return Refused("gone")
    return Done() if world.post.cancel(order.number) else Refused("too_late")


def say_cancelled(answers: Answers, world: World) -> Say:
    return Say("say", {"number": spoken(answers["order"])}, tail=sample_tail(world))


def say_too_late(answers: Answers, world: World) -> Say:
    order = _order(answers, world)
    if order is None:
        return Say("gone")
    return Say("say", {"number": spoken(order.number), "state": standing_in_words(order, world)}, tail=sample_tail(world))


def after_cancelling(answers: Answers, world: World) -> Sequence[Option]:
    order = _order(answers, world)
    pair = _mine(order.draft.pair or "", world) if order else None
    options = []
    if pair is not None and may_change(pair):
        also = world.words.part("my_posts", "cancel_pair", number=spoken(pair.number))
        options.append(Option("pair", also, Errand("my_posts", {"order": pair.number, "asked": "cancel"})))
    return [*options, _new(world), *to_menu(answers, world)]


def with_the_post(answers: Answers, world: World) -> Sequence[Option]:
    """What nobody can do here any more: a person asks the post; and what went wrong, with the order's number."""
    order = _order(answers, world)
    if order is None:
        return start(answers, world)
    options = []
    if order.state == "returned" and world.centre is not None:
        known = {"procedure": order.draft.procedure} if order.draft.procedure else {}
        options.append(Option("book", world.words.part("find_procedure", "offer_book"), Errand("book_visit", known)))
    if order.state != "cancelled":
        options += [_trouble(each, order, world) for each in TROUBLES if order.draft.service == "bring" or order.state in _WITH_THE_POST]
        options.append(Option("complain", world.words.part("complain", "title"), Errand("complain")))
    if order.state == "delivered":
        options.append(Option("rate", world.words.part("dossier_status", "offer_rate"), Errand("rate")))
    if is_over(order.state):
        options.append(_new(world))
    person = Option("call_back", world.words.part("common", "a_person"), _call_back(order))
    return [*options, person, *to_menu(answers, world)]


_WITH_THE_POST = ("fetched", "in_transit", "delivered", "returned")
"""States of an order that fetches in which the post has, or had, the papers: only then can they be lost or damaged."""


def _trouble(what: str, order: Order, world: World) -> Option:
    """A person calls back; what is wrong stands in the note."""
    label = world.words.part("my_posts", f"trouble_{order.draft.service}_{what}")
    return Option(what, label, _call_back(order, label))


def _call_back(order: Order, words: str | None = None) -> Errand:
    return Errand("call_back", {"why": "post", "about": spoken(order.number), **({"words": words} if words else {})})


def _new(world: World) -> Option:
    return Option("new", world.words.part("send_by_post", "title"), Errand("send_by_post"))


def start(answers: Answers, world: World) -> Sequence[Option]:
    person = Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "post"}))
    return [_new(world), person, *to_menu(answers, world)]


MY_POSTS: Flow[World] = Flow(
    "my_posts",
    Ask("order", orders, next="there", typed=number_typed, given=number_given, if_none="none"),
    Branch("there", there, {"open": "wish", "closed": "standing", "too_late": "too_late", "gone": "none"}),
    Ask("wish", wishes, next={"cancel": "sure", "*": "left"}, say=tell, given=wish_given),
    Confirm("sure", yes="cancel", no="left", say=ask_sure),
    Do("cancel", cancel, next="cancelled", otherwise={"too_late": "too_late", "gone": "none"}),
    End("cancelled", say=say_cancelled, offers=after_cancelling),
    End("left", offers=start),
    End("standing", say=tell_standing, offers=with_the_post),
    End("too_late", say=say_too_late, offers=with_the_post),
    End("none", offers=start),
)
