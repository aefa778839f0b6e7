"""What an order with the post will say, as far as the answers go: its matter, price, fee, and whether there is one already."""

from typing import cast

from bot.catalog.model import Procedure
from bot.dialogue.flow import Answers
from bot.flows.post_words import address_from_json
from bot.flows.world import World
from bot.postal.model import Address, Draft, Order, Recipient, Service, Unit
from bot.postal.prices import Quote, quote
from bot.postal.rules import after_change, is_over, may_change, subject

NO_RELIEF = "none"
_NOWHERE = Address(None, None, None, Unit("", ""), Unit("", ""), None, "said")


def services_of(answers: Answers) -> tuple[Service, ...]:
    return ("fetch", "bring") if answers["service"] == "both" else (cast(Service, answers["service"]),)


def procedure_of(answers: Answers, world: World) -> Procedure | None:
    code = answers.get("procedure")
    if not code and answers.get("dossier"):
        dossier = world.dossiers.get(answers["dossier"])
        code = dossier.procedure if dossier else None
    return world.catalog.get(code, world.today) if code else None


def in_mind(answers: Answers, world: World) -> list[Procedure]:
    """The procedure spoken of, and those that the citizen has an appointment for."""
    booked = [each.procedure for each in world.appointments.live_of(world.citizen) if each.procedure]
    spoken_of = [answers[key] for key in ("procedure", "spoken_of") if answers.get(key)]
    found = [world.catalog.get(code, world.today) for code in dict.fromkeys([*spoken_of, *booked])]
    return [each for each in found if each is not None]


def order_to_change(answers: Answers, world: World) -> Order | None:
    """The order to be changed: one's own, and on no manifest yet."""
    order = world.post.get(answers["order"]) if answers.get("order") else None
    return order if order is not None and order.draft.citizen == world.citizen and may_change(order) else None


def live_order(answers: Answers, world: World) -> Order | None:
    wanted = [draft_of(each, answers, world) for each in services_of(answers)]
    return next((
        order for order in world.post.of(world.citizen) for each in wanted
        if not is_over(order.state) and (order.draft.service, subject(order.draft)) == (each.service, subject(each))
    ), None)


def relief_of(answers: Answers) -> str | None:
    return None if answers.get("relief") in (None, NO_RELIEF) else str(answers["relief"])


def is_unsure(answers: Answers, world: World) -> bool:
    procedure = procedure_of(answers, world)
    return procedure is not None and procedure.filing.post is None


def price_of(answers: Answers, world: World) -> Quote | None:
    """What an order that is changed was told before, as long as that still fits; else of the table; None where nobody knows it yet."""
    order = order_to_change(answers, world)
    told = after_change(order, draft_of(order.draft.service, answers, world))[0].quote if order else None
    if told is not None or is_unsure(answers, world):
        return told
    table, address = world.town.post, address_from_json(answers["address"])
    return quote(table, address.commune.code, address.province.code, world.today, relief_of(answers)) if table else None


def fee_to_collect(service: Service, answers: Answers, world: World) -> int | None:
    """The procedure's own fee at the door; None where it hangs on something that nobody has asked (how many copies, who, which case)."""
    procedure = procedure_of(answers, world)
    if procedure is None:
        return None
    fees = procedure.fees
    if fees.status == "free":
        return 0
    items = [each for each in fees.items if each.on(world.today) and each.channel in (None, "post")]
    if service == "bring" or fees.status != "amount" or len(items) != 1 or fees.exempt:
        return None
    return None if items[0].unit or items[0].cases or items[0].condition else items[0].amount


def originals_to_hand_back(service: Service, answers: Answers, world: World) -> tuple[str, ...] | None:
    """What must be given back for the result, as the office has said; None where it has not: the catalogue does not know it."""
    procedure = procedure_of(answers, world)
    return procedure.local.hand_back if service == "bring" and procedure is not None and procedure.local is not None else None


def draft_of(service: Service, answers: Answers, world: World, price: Quote | None = None, pair: str | None = None) -> Draft:
    """Before the recipient is known it has an empty one: enough to tell what it would be about."""
    procedure = procedure_of(answers, world)
    address = address_from_json(answers["address"]) if answers.get("address") else _NOWHERE
    recipient = Recipient(answers.get("name") or "", answers.get("phone") or "", address, answers.get("other") or None)
    note = world.words.part("send_by_post", "note_unsure") if is_unsure(answers, world) else None
    return Draft(
        world.citizen, service, answers.get("dossier"), procedure.code if procedure else answers.get("procedure"), recipient, price,
        relief_of(answers), answers.get("time") or "any", note, pair,
    )
