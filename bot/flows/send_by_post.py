"""The post fetches the papers at home, brings the result, or both: whose name, where to, at what price, then an order with a number.

An order that is on no manifest yet is changed here too: only what is to be another is asked again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from bot.dialogue.flow import Answers, Ask, Branch, Confirm, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.dossiers.rules import standing
from bot.flows.book_visit import name_typed as visitor_typed
from bot.flows.call_back import offers as to_menu
from bot.flows.office_hours import hours_words
from bot.flows.post_draft import (
    NO_RELIEF,
    draft_of,
    fee_to_collect,
    in_mind,
    is_unsure,
    live_order,
    order_to_change,
    originals_to_hand_back,
    price_of,
    procedure_of,
    relief_of,
    services_of,
)
from bot.flows.post_words import (
    address_from_json,
    address_in_words,
    address_to_json,
    collect_in_words,
    masked_recipient,
    matter_in_words,
    place_in_words,
    price_in_words,
    reliefs_on,
    service_in_words,
    unit_in_words,
)
from bot.flows.procedure_words import procedure_typed as any_procedure
from bot.flows.wording import money, plain_date, sample_tail
from bot.flows.world import World, house_fields
from bot.postal import phones
from bot.postal.addresses import read_address, renamed
from bot.postal.model import Address, Doubt, OrderState, Recipient, TimeOfDay
from bot.privacy.masking import mask_name, mask_phone
from bot.privacy.model import KEEP
from bot.short_codes import spoken

SERVICES = ("bring", "fetch", "both", "hand_in")
"""``hand_in``: the citizen takes the papers to a post office."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "address": ("address",), "phone": ("phone",), "name": ("name", "other"), "time": ("time",), "relief": ("relief",),
}
"""What can be another in an order, and the answers that it stands in. ``name``: who is visited, and who in their place."""
KNOWN = ("name", "phone", "address", "other", "relief", "time")
TIMES: tuple[TimeOfDay, ...] = ("any", "morning", "afternoon")
NOTHING_TO_BRING = ("returned", "refused", "stopped", "withdrawing")
"""Standings of a dossier of which the post has nothing to bring."""
_SELVES = frozenset(("tôi", "toi", "tui", "em", "mình"))
"""Who ends a name of one word or two with this has not said a name: ``má tôi``."""


# -- what is to be done ---------------------------------------------------------------------------------------------------


def begin(answers: Answers, world: World) -> str:
    if answers.get("order"):
        return "change" if order_to_change(answers, world) else "gone"
    return "new" if world.centre is not None else "nobody"


def services(_: Answers, world: World) -> Sequence[Option]:
    options = [Option(each, world.words.part("send_by_post", f"do_{each}")) for each in SERVICES]
    mine = Option("mine", world.words.part("my_posts", "title"), Errand("my_posts"))
    return [*options, mine] if world.post.of(world.citizen) else options


def about(answers: Answers, world: World) -> str:
    """Whether it is known what the order is about."""
    if answers["service"] == "hand_in":
        return "hand_in"
    if answers.get("dossier"):
        return "known"
    if answers["service"] == "bring" and not answers.get("without_code"):
        return "dossier"
    return "known" if procedure_of(answers, world) else "procedure"


def dossiers(answers: Answers, world: World) -> Sequence[Option]:
    """By code, which asks for the second fact; at once those whose owner the citizen has shown to be; or by the procedure alone."""
    by_code = Errand("dossier_status", {"wish": "post"})
    known = [
        dossier for dossier in (world.dossiers.get(code) for code in world.dossiers.followed(world.citizen))
        if dossier is not None and standing(dossier, world.today, world.calendar) not in NOTHING_TO_BRING
    ]
    return [
        Option("code", world.words.part("send_by_post", "by_code"), by_code),
        *(Option(f"d:{each.code}", world.words.part("send_by_post", "this_dossier", code=each.code)) for each in known),
        *(Option(f"p:{each.code}", each.label) for each in in_mind(answers, world)),
        Option("no_code", world.words.part("send_by_post", "no_code")),
    ]


def take_dossier(value: str, answers: Answers, _: World) -> Answers:
    kind, _sep, code = value.partition(":")
    if kind == "d":
        return {**answers, "dossier": code}
    return {**answers, "without_code": True, "procedure": code or None}


def dossier_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    """A procedure named in place of a code; a code itself is the dossier's own conversation, where its owner is asked for."""
    read = any_procedure(text, answers, world)
    return Read(f"p:{read.value}") if isinstance(read, Read) else None


def procedures(answers: Answers, world: World) -> Sequence[Option]:
    return [*(Option(each.code, each.label) for each in in_mind(answers, world)), _person(answers, world)]


def procedure_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    return any_procedure(text, answers, world)


def allowed(answers: Answers, world: World) -> str:
    """Whether the post does that for this matter, as the office says, else the catalogue; and no second order for the same."""
    if live_order(answers, world) is not None:
        return "already"
    procedure = procedure_of(answers, world)
    if procedure is None or procedure.filing.post:
        return "yes"
    return "unsure" if procedure.filing.post is None else "no"


def unsure_ways(answers: Answers, world: World) -> Sequence[Option]:
    return [Option("write", world.words.part("send_by_post", "write_it")), *_book(answers, world), *to_menu(answers, world)]


def say_unsure(answers: Answers, world: World) -> Say:
    return Say("ask", {"matter": _matter(answers, world)})


def say_no(answers: Answers, world: World) -> Say:
    return Say("say", {"matter": _matter(answers, world)})


def instead(answers: Answers, world: World) -> Sequence[Option]:
    return [*_book(answers, world), _person(answers, world), *to_menu(answers, world)]


def say_already(answers: Answers, world: World) -> Say:
    order = live_order(answers, world)
    return Say("say", {"number": spoken(order.number)}) if order else Say("gone")


def its_order(answers: Answers, world: World) -> Sequence[Option]:
    order = live_order(answers, world)
    known = {"order": order.number} if order else {}
    return [Option("mine", world.words.part("send_by_post", "offer_mine"), Errand("my_posts", known)), *to_menu(answers, world)]


def _book(answers: Answers, world: World) -> list[Option]:
    procedure = procedure_of(answers, world)
    known = {"procedure": procedure.code} if procedure else {}
    return [Option("book", world.words.part("find_procedure", "offer_book"), Errand("book_visit", known))]


def _person(answers: Answers, world: World) -> Option:
    order, dossier, procedure = answers.get("order"), answers.get("dossier"), answers.get("procedure")
    known = {"about": spoken(order) if order else dossier or procedure} if order or dossier or procedure else {}
    return Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "post", **known}))


def _matter(answers: Answers, world: World) -> str:
    return matter_in_words(draft_of(services_of(answers)[0], answers, world), world)


def say_offices(_: Answers, world: World) -> Say:
    offices = [each for each in world.town.offices if each.kind == "post_office"]
    if not offices:
        return Say("none")
    lines = [
        world.words.part(
            "send_by_post", "post_office", name=each.name, address=each.address, phone=each.phone,
            hours=hours_words(each, world.today, world),
        ) for each in offices
    ]
    return Say("say", {"offices": "\n".join(lines)}, tail=sample_tail(world))


# -- whom the post visits -------------------------------------------------------------------------------------------------


def remembered(answers: Answers, world: World) -> Sequence[Option]:
    """Only for a new order, whose recipient nobody has named yet."""
    kept = world.post.remembered(world.citizen)
    if kept is None or answers.get("order") or answers.get("known"):
        return []
    return [
        Option("use", world.words.part("send_by_post", "use_it", recipient=masked_recipient(kept))),
        Option("other", world.words.part("send_by_post", "another_address")),
        Option("forget", world.words.part("send_by_post", "forget_it")),
    ]


def take_remembered(value: str, answers: Answers, world: World) -> Answers:
    kept = world.post.remembered(world.citizen)
    if value != "use" or kept is None:
        return answers
    known = {"name": kept.name, "phone": kept.phone, "address": address_to_json(kept.address), "other": kept.other or ""}
    return {**answers, "known": known, "hidden": list(known)}


def forget(_: Answers, world: World) -> Done:
    world.post.forget(world.citizen)
    return Done()


def _known(answers: Answers, world: World) -> Mapping[str, Any]:
    """What need not be asked: of the remembered address, of the order before its change, or given before something was corrected."""
    if answers.get("known") is not None:
        return cast(Mapping[str, Any], answers["known"])
    order = order_to_change(answers, world)
    if order is None:
        return {}
    draft, changed = order.draft, PARTS.get(answers.get("change") or "", ())
    known = {
        "name": draft.recipient.name, "phone": draft.recipient.phone, "address": address_to_json(draft.recipient.address),
        "other": draft.recipient.other or "", "relief": draft.relief or NO_RELIEF, "time": draft.time_of_day,
    }
    return {key: value for key, value in known.items() if key not in changed}


def _given(key: str, answers: Answers, world: World) -> Read | None:
    value = _known(answers, world).get(key)
    return Read(value) if value is not None else None


def name_given(answers: Answers, world: World) -> Read | Problem | None:
    return _given("name", answers, world)


def phone_given(answers: Answers, world: World) -> Read | Problem | None:
    return _given("phone", answers, world)


def address_given(answers: Answers, world: World) -> Read | Problem | None:
    return _given("address", answers, world)


def other_given(answers: Answers, world: World) -> Read | Problem | None:
    return _given("other", answers, world)


def relief_given(answers: Answers, world: World) -> Read | Problem | None:
    return _given("relief", answers, world)


def time_given(answers: Answers, world: World) -> Read | Problem | None:
    return _given("time", answers, world)


def ask_name(answers: Answers, world: World) -> Say:
    """Why they are asked at all is said first, to who has not been told."""
    told = world.privacy.told(world.citizen, "post") or answers.get("known") is not None
    why = "" if told else world.words.part("send_by_post", "why", days=str(KEEP["post"].days))
    return Say("ask_fetch" if answers["service"] == "fetch" else "ask_both" if answers["service"] == "both" else "ask", {"why": why})


def name_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    words = text.casefold().split()
    if words and len(words) < 3 and words[-1] in _SELVES:
        return Problem("whose_name")
    read = visitor_typed(text, answers, world)
    return Problem("too_long") if isinstance(read, Problem) else read


def phone_typed(text: str, _: Answers, __: World) -> Read | Problem | None:
    phone, _rest = phones.take_phone(text)
    phone = phone or phones.read_phone(text)
    if phone is not None:
        return Read(phone.national)
    return Problem("wrong_phone") if phones.was_meant(text) else None


def ask_phone(answers: Answers, world: World) -> Say:
    return Say("ask", {"name": _shown_name(answers, world)})


def address_typed(text: str, _: Answers, world: World) -> Read | Problem | None:
    return _read_address(text, "", world)


def _read_address(text: str, said: str, world: World) -> Read | None:
    """An address; read back where the table turned an old name into today's. Of words that are none yet, what is to be asked."""
    read = read_address(text, said)
    if isinstance(read, Doubt):
        plain = read.asks == "address" and not said
        return None if plain else Read({"doubt": _doubt_to_json(read)}, strength="plausible")
    if read.confidence == "said":
        return Read({"address": address_to_json(read)})
    return Read({"address": address_to_json(read)}, _with_old_names(read, f"{said}, {text}", world), "confirm")


def _with_old_names(address: Address, text: str, world: World) -> str:
    changed = "; ".join(
        world.words.part("send_by_post", "now_in", old=unit_in_words(old), now=unit_in_words(now)) for old, now in renamed(text, address)
    )
    whole = address_in_words(address, world)
    return world.words.part("send_by_post", "read_back", address=whole, changed=changed) if changed else whole


def take_address(value: dict[str, Any], answers: Answers, _: World) -> Answers:
    return {**answers, "address": value.get("address"), "doubt": value.get("doubt")}


def address_read(answers: Answers, _: World) -> str:
    return "known" if answers.get("address") else "ask"


def _doubt_to_json(doubt: Doubt) -> dict[str, Any]:
    # Of a place whose house is asked for there is nothing to choose.
    few = () if doubt.asks == "place" else doubt.candidates
    return {"asks": doubt.asks, "text": doubt.text, "candidates": [address_to_json(each) for each in few], "unknown": doubt.unknown}


def candidates(answers: Answers, world: World) -> Sequence[Option]:
    found = [address_from_json(each) for each in (answers.get("doubt") or {}).get("candidates", ())]
    chosen = [Option(f"candidate:{at}", address_in_words(each, world)) for at, each in enumerate(found)]
    return [*chosen, _person(answers, world)]


def ask_more(answers: Answers, _: World) -> Say:
    """What is missing, with the name that the table does not have."""
    doubt = answers.get("doubt") or {}
    if doubt.get("unknown"):
        return Say("unknown_which" if doubt["candidates"] else "unknown", {"unknown": doubt["unknown"]})
    match doubt.get("asks"):
        case "which":
            return Say("which")
        case "province":
            return Say("province")
        case "commune":
            return Say("commune_which" if doubt["candidates"] else "commune")
        case "place":
            return Say("place")
        case _:
            return Say("ask")


def more_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    return _read_address(text, (answers.get("doubt") or {}).get("text", ""), world)


def take_more(value: str | dict[str, Any], answers: Answers, world: World) -> Answers:
    """A candidate by its digit; where it has no house or hamlet yet, those are asked for."""
    if isinstance(value, dict):
        return take_address(value, answers, world)
    chosen = address_from_json(answers["doubt"]["candidates"][int(value.partition(":")[2])])
    if chosen.house or chosen.hamlet or chosen.landmark:
        return {**answers, "address": address_to_json(chosen), "doubt": None}
    said = f"{chosen.commune.name}, {chosen.province.name}"
    return {**answers, "address": None, "doubt": {"asks": "place", "text": said, "candidates": [], "unknown": None}}


def others(_: Answers, world: World) -> Sequence[Option]:
    return [Option("", world.words.part("send_by_post", "nobody_else"))]


def ask_other(answers: Answers, world: World) -> Say:
    return Say("ask_fetch" if answers["service"] == "fetch" else "ask", {"name": _shown_name(answers, world)})


def other_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    return name_typed(text, answers, world)


def _shown_name(answers: Answers, world: World) -> str:
    """In full where it was typed just now."""
    name = str(answers["name"])
    return mask_name(name) if "name" in _hidden(answers, world) else name


# -- relief, hours, price -------------------------------------------------------------------------------------------------


def reliefs(_: Answers, world: World) -> Sequence[Option]:
    found = [Option(each.id, f"{each.name[:1].upper()}{each.name[1:]}") for each in reliefs_on(world.town.post, world.today)]
    return [*found, Option(NO_RELIEF, world.words.part("send_by_post", "no_relief"))] if found else []


def times(_: Answers, world: World) -> Sequence[Option]:
    return [Option(each, world.words.part("send_by_post", f"time_{each}")) for each in TIMES]


def priced(answers: Answers, world: World) -> str:
    if is_unsure(answers, world):
        return "asked"
    return "known" if price_of(answers, world) is not None else "unknown"


def say_no_price(answers: Answers, world: World) -> Say:
    if world.town.post is None:
        return Say("no_table")
    return Say("ask", {"place": place_in_words(address_from_json(answers["address"]))})


def without_price(answers: Answers, world: World) -> Sequence[Option]:
    return [Option("write", world.words.part("send_by_post", "write_it")), *_book(answers, world), *to_menu(answers, world)]


def review(answers: Answers, world: World) -> Say:
    address = address_from_json(answers["address"])
    hidden = _hidden(answers, world)
    other = answers.get("other")
    fields = {
        "service": service_in_words(world, answers["service"]), "matter": _matter(answers, world), "name": _shown_name(answers, world),
        "their_phone": mask_phone(answers["phone"]),
        "address": place_in_words(address) if "address" in hidden else address_in_words(address, world),
        "other": (
            world.words.part("send_by_post", "other_may", other=mask_name(other) if "other" in hidden else other) if other
            else world.words.part("send_by_post", "nobody_may")
        ),
        "time": world.words.part("send_by_post", f"time_{answers.get('time') or 'any'}").lower(),
        "price": _prices(answers, world), "prepare": _prepare(answers, world),
    }
    return Say("change" if answers.get("order") else "ask", fields, tail=sample_tail(world))


def _hidden(answers: Answers, world: World) -> Sequence[str]:
    """Answers that were not said in this conversation, and are shown masked."""
    if answers.get("hidden") is not None:
        return cast(Sequence[str], answers["hidden"])
    return list(_known(answers, world))


def _prices(answers: Answers, world: World) -> str:
    price = price_of(answers, world)
    if price is None:
        return world.words.part("send_by_post", "price_asked")
    lines = [price_in_words(price, world)]
    if answers["service"] == "both":
        one, both = money(world, price.amount), money(world, 2 * price.amount)
        lines.append(world.words.part("send_by_post", "two_ways", one=one, sum=both))
    relief = next((each for each in reliefs_on(world.town.post, world.today) if each.id == relief_of(answers)), None)
    if relief is not None:
        fields = {"proof": relief.proof, "number": relief.number, "dated": plain_date(relief.dated)}
        lines.append(world.words.part("send_by_post", "relief_proof", **fields))
    return "\n".join(lines)


def _prepare(answers: Answers, world: World) -> str:
    lines = []
    for service in services_of(answers):
        old = order_to_change(answers, world)
        lines.append(world.words.part("send_by_post", f"prepare_{service}"))
        if service == "fetch":
            lines.append(collect_in_words(old.collect if old else fee_to_collect(service, answers, world), world))
        else:
            papers = (old.hand_back if old else ()) or originals_to_hand_back(service, answers, world)
            step = "hand_back_unknown" if papers is None else "hand_back" if papers else "hand_back_none"
            lines.append(world.words.part("send_by_post", step, papers="; ".join(papers or ()), **house_fields(world)))
    return "\n".join(lines)


# -- the order ------------------------------------------------------------------------------------------------------------


def keep(answers: Answers, world: World) -> Done | Refused:
    """One order for each way; of two, each names the other."""
    world.privacy.tell(world.citizen, "post")
    if answers.get("order"):
        return _change(answers, world)
    if live_order(answers, world) is not None:
        return Refused("already")
    price = price_of(answers, world)
    numbers: list[str] = []
    for service in services_of(answers):
        draft = draft_of(service, answers, world, price, numbers[0] if numbers else None)
        state: OrderState = "asked" if price is None else "confirmed"
        order = world.post.keep(
            draft, state, collect=fee_to_collect(service, answers, world), hand_back=originals_to_hand_back(service, answers, world) or (),
        )
        if order is None:
            # Nobody can have come between inside this transaction; undoing all of it leaves no half of two orders.
            raise RuntimeError("an order for the same matter has appeared")
        if numbers:
            world.post.change(numbers[0], draft_of("fetch", answers, world, price, order.number))
        numbers.append(order.number)
    return Done({"numbers": numbers, "asked": price is None})


def _change(answers: Answers, world: World) -> Done | Refused:
    order = order_to_change(answers, world)
    if order is None:
        return Refused("too_late")
    price = price_of(answers, world)
    if price == order.draft.quote:
        price = None  # the store keeps it, and whether a person has still to settle something
    if not world.post.change(order.number, draft_of(order.draft.service, answers, world, price, order.draft.pair)):
        return Refused("too_late")
    now = world.post.get(order.number)
    return Done({"numbers": [order.number], "asked": now is not None and now.state == "asked"})


def say_finished(answers: Answers, world: World) -> Say:
    return Say("say", {"kept": _kept_words(answers, world)}, tail=sample_tail(world), once=True)


def _kept_words(answers: Answers, world: World) -> str:
    numbers = [spoken(each) for each in answers["numbers"]]
    what = "changed" if answers.get("order") else "two" if len(numbers) > 1 else "one"
    how = "asked" if answers["asked"] else "confirmed"
    their_phone = mask_phone(answers["phone"])
    return world.words.part("send_by_post", f"kept_{what}_{how}", number=numbers[0], second=numbers[-1], their_phone=their_phone)


def worth_remembering(answers: Answers, world: World) -> str:
    return "no" if answers.get("order") or world.post.remembered(world.citizen) == _recipient(answers, world) else "ask"


def _recipient(answers: Answers, world: World) -> Recipient:
    return draft_of(services_of(answers)[0], answers, world).recipient


def whether_to_remember(_: Answers, world: World) -> Sequence[Option]:
    return [Option(each, world.words.part("send_by_post", f"remember_{each}")) for each in ("no", "yes")]


def ask_remember(answers: Answers, world: World) -> Say:
    fields = {"kept": _kept_words(answers, world), "days": str(KEEP["post_address"].days)}
    return Say("ask", fields, tail=sample_tail(world), once=True)


def remember(answers: Answers, world: World) -> Done:
    world.post.remember(world.citizen, _recipient(answers, world))
    return Done({"is_remembered": True})


def say_done(answers: Answers, _: World) -> Say:
    return Say("remembered" if answers.get("is_remembered") else "say")


def after(answers: Answers, world: World) -> Sequence[Option]:
    procedure, options = procedure_of(answers, world), []
    if procedure is not None and "fetch" in services_of(answers) and not answers.get("order"):
        ready = Errand("check_readiness", {"procedure": procedure.code})
        options.append(Option("readiness", world.words.part("find_procedure", "offer_readiness"), ready))
    mine = Errand("my_posts", {"order": answers["numbers"][0]})
    return [*options, Option("mine", world.words.part("send_by_post", "offer_mine"), mine), *to_menu(answers, world)]


def corrections(answers: Answers, world: World) -> Sequence[Option]:
    """What may be said anew. A relief only where there is any; leaving drops the order."""
    parts = [each for each in PARTS if each != "relief" or reliefs_on(world.town.post, world.today)]
    return [*(Option(each, world.words.part("send_by_post", f"fix_{each}")) for each in parts), *to_menu(answers, world)]


def take_correction(value: str, answers: Answers, world: World) -> Answers:
    """Everything but what is to be corrected counts as given."""
    known = {key: answers[key] for key in KNOWN if answers.get(key) is not None and key not in PARTS[value]}
    marks = {f"{key}:given" for key in KNOWN}
    left = {key: each for key, each in answers.items() if key not in marks and key not in KNOWN and key != "doubt"}
    return {**left, "known": known, "hidden": [each for each in _hidden(answers, world) if each not in PARTS[value]]}


def gone(answers: Answers, world: World) -> Sequence[Option]:
    mine = Option("mine", world.words.part("my_posts", "title"), Errand("my_posts"))
    return [mine, _person(answers, world), *to_menu(answers, world)]


SEND_BY_POST: Flow[World] = Flow(
    "send_by_post",
    Branch("begin", begin, {"new": "service", "change": "name", "gone": "too_late", "nobody": "not_set_up"}),
    Ask("service", services, next="about"),
    Branch("about", about, {"hand_in": "post_offices", "known": "allowed", "dossier": "which_dossier", "procedure": "procedure"}),
    Ask("which_dossier", dossiers, next={"no_code": "procedure", "*": "allowed"}, typed=dossier_typed, take=take_dossier),
    Ask("procedure", procedures, next="allowed", typed=procedure_typed),
    Branch("allowed", allowed, {"yes": "remembered", "unsure": "unsure", "no": "not_by_post", "already": "already"}),
    Ask("unsure", unsure_ways, next="remembered", say=say_unsure),
    Ask("remembered", remembered, next={"forget": "forget", "*": "name"}, if_none="name", take=take_remembered),
    Do("forget", forget, next="name", final=False),
    Ask("name", None, next="phone", say=ask_name, typed=name_typed, given=name_given, wants="name"),
    Ask("phone", None, next="address", say=ask_phone, typed=phone_typed, given=phone_given, wants="phone"),
    Ask("address", None, next="address_read", typed=address_typed, given=address_given, take=take_address, wants="address"),
    Branch("address_read", address_read, {"known": "other", "ask": "more"}),
    Ask("more", candidates, next="more_read", say=ask_more, typed=more_typed, take=take_more, wants="address"),
    Branch("more_read", address_read, {"known": "other", "ask": "more"}),
    Ask("other", others, next="relief", say=ask_other, typed=other_typed, given=other_given),
    Ask("relief", reliefs, next="time", given=relief_given, if_none="time"),
    Ask("time", times, next="priced", given=time_given),
    Branch("priced", priced, {"known": "review", "asked": "review", "unknown": "no_price"}),
    Ask("no_price", without_price, next="review", say=say_no_price),
    Confirm("review", yes="keep", no="fix", say=review),
    Ask("fix", corrections, next="name", take=take_correction),
    Do("keep", keep, next="worth_remembering", otherwise={"already": "already", "too_late": "too_late"}),
    Branch("worth_remembering", worth_remembering, {"ask": "remember", "no": "finished"}),
    Ask("remember", whether_to_remember, next={"yes": "remembering", "*": "done"}, say=ask_remember),
    Do("remembering", remember, next="done"),
    End("done", say=say_done, offers=after),
    End("finished", say=say_finished, offers=after),
    End("post_offices", say=say_offices, offers=instead),
    End("not_by_post", say=say_no, offers=instead),
    End("already", say=say_already, offers=its_order),
    End("too_late", offers=gone),
    End("not_set_up", offers=to_menu),
)
