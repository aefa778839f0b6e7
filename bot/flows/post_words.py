"""Postal orders in a citizen's words: what the post does, for which matter, where to, at what price, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from bot.clock import local
from bot.flows.wording import day_in_words, money, plain_date
from bot.flows.world import Premises, World
from bot.postal.model import Address, Draft, Event, Order, Recipient, Unit
from bot.postal.prices import PriceTable, Quote, Relief
from bot.postal.rules import latest
from bot.privacy.masking import mask_name, mask_names, mask_phone
from bot.short_codes import spoken


def service_in_words(world: Premises, service: str) -> str:
    return world.words.part("post_words", f"service_{service}")


def matter_in_words(draft: Draft, world: World) -> str:
    """ "Khai sinh cho con, hồ sơ H20.14-261102-0007": as much of it as is known."""
    procedure = world.catalog.get(draft.procedure, world.today) if draft.procedure else None
    dossier = world.words.part("post_words", "dossier", code=draft.dossier) if draft.dossier else ""
    return ", ".join(each for each in (procedure.label if procedure else draft.procedure or "", dossier) if each)


# -- where ----------------------------------------------------------------------------------------------------------------


def address_in_words(address: Address, world: Premises) -> str:
    """The whole, with the former district where the citizen named it: the postman may know the place by it."""
    old = address.old_district
    district = world.words.part("post_words", "old_district", district=unit_in_words(old)) if old else None
    return ", ".join(each for each in (address.house, address.hamlet, address.landmark, place_in_words(address), district) if each)


def place_in_words(address: Address) -> str:
    """ "xã Mỹ Hiệp, tỉnh Đồng Tháp": so much may be read over somebody's shoulder."""
    return f"{unit_in_words(address.commune.name)}, {unit_in_words(address.province.name)}"


def unit_in_words(name: str) -> str:
    """ "Thị trấn Cù Lao Dung" in the middle of a sentence."""
    return name[:1].lower() + name[1:]


def masked_recipient(recipient: Recipient) -> str:
    """Enough to know one's own by."""
    return f"{mask_name(recipient.name)}, {mask_phone(recipient.phone)}, {place_in_words(recipient.address)}"


def address_to_json(address: Address) -> dict[str, Any]:
    return asdict(address)


def address_from_json(data: Mapping[str, Any]) -> Address:
    return Address(**{**data, "commune": Unit(**data["commune"]), "province": Unit(**data["province"])})


# -- price ----------------------------------------------------------------------------------------------------------------


def reliefs_on(table: PriceTable | None, day: date) -> Sequence[Relief]:
    return [each for each in table.reliefs if each.start <= day and (each.until is None or day <= each.until)] if table else []


def price_in_words(quote: Quote | None, world: Premises) -> str:
    """One way, with the decision behind it; that it is not known where nobody has told it."""
    if quote is None:
        return world.words.part("post_words", "price_unknown")
    step = "price_free" if quote.amount == 0 else "price_relief" if quote.relief else "price"
    fields = {
        "amount": money(world, quote.amount), "full": money(world, quote.full), "zone": quote.zone, "grams": str(quote.up_to_grams),
        "number": quote.number, "dated": plain_date(quote.dated), "relief": quote.relief or "",
    }
    return world.words.part("post_words", step, **fields)


def collect_in_words(collect: int | None, world: Premises) -> str:
    """The procedure's own fee, as far as it is known."""
    if collect is None:
        return world.words.part("post_words", "collect_unknown")
    if collect == 0:
        return world.words.part("post_words", "collect_none")
    return world.words.part("post_words", "collect", amount=money(world, collect))


# -- how far --------------------------------------------------------------------------------------------------------------


def name_of_order(order: Order, world: World) -> str:
    """For lists: number, way, matter."""
    return world.words.part(
        "post_words", "order", number=spoken(order.number), service=service_in_words(world, order.draft.service),
        matter=matter_in_words(order.draft, world),
    )


def state_in_words(order: Order, event: Event | None, world: Premises, handed_over: date | None = None) -> str:
    """How far *order* is, by the *event* that it stands by. What the post does not say is said to be so; names are masked."""
    day = event.on if event else handed_over
    fields = {
        "day": world.words.part("post_words", "on", day=day_in_words(world, day)) if day else "",
        "attempt": world.words.part("post_words", "attempt", attempt=str(event.attempt)) if event and event.attempt else "",
        "receiver": _receiver(event, world), "reason": _reason(order, event, world), "next_try": _next_try(event, world),
    }
    if order.draft.service == "fetch" and world.words.has("post_words", f"fetch_{order.state}", "say"):
        return world.words.part("post_words", f"fetch_{order.state}", **fields)
    return world.words.part("post_words", f"state_{order.state}", **fields)


def standing_in_words(order: Order, world: World) -> str:
    """The same, of an order as it stands now."""
    manifest = world.post.manifest(order.manifest) if order.manifest else None
    return state_in_words(order, latest(order.draft.service, world.post.events(order.number)), world, manifest.day if manifest else None)


def made_in_words(order: Order, world: Premises) -> str:
    return day_in_words(world, local(order.made_at).date())


def _receiver(event: Event | None, world: Premises) -> str:
    if event is None or not event.receiver:
        return world.words.part("post_words", "receiver_unknown")
    return world.words.part("post_words", "receiver", name=mask_name(event.receiver))


def _reason(order: Order, event: Event | None, world: Premises) -> str:
    if event is None or not event.reason:
        return world.words.part("post_words", "reason_unknown")
    recipient = order.draft.recipient
    known = [each for each in (recipient.name, recipient.other, event.receiver) if each]
    return world.words.part("post_words", "reason", reason=mask_names(event.reason, *known))


def _next_try(event: Event | None, world: Premises) -> str:
    if event is None or event.next_try is None:
        return world.words.part("post_words", "next_try_unknown")
    return world.words.part("post_words", "next_try", day=day_in_words(world, event.next_try))
