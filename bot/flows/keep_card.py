"""Keep-card: one short text, complete on its own, to keep or to forward to a daughter."""

from bot.catalog.model import Document, OneOf
from bot.dialogue.flow import Answers, Ask, End, Errand, Flow, Option, Say
from bot.flows.find_procedure import in_hand, in_mind, teller
from bot.flows.procedure_words import procedure_typed
from bot.flows.world import World, house_fields
from bot.readiness.model import papers
from bot.short_codes import spoken

MOST_CHARACTERS = 600


def card(answers: Answers, world: World) -> Say:
    """Label, papers by name, place, phone, code. Only papers for some people give way; what is left out is said.

    Whoever it is forwarded to has heard no warning yet, so it begins with that.
    """
    procedure, replaced = in_hand(answers, world)
    telling = teller(answers, world)
    all_papers = papers(procedure, telling.case)
    always = [_name(paper) for paper in all_papers if paper.when is None]
    sometimes = [world.words.part("keep_card", "only_when", name=_name(paper), when=paper.when) for paper in all_papers if paper.when]
    case = procedure.case(telling.case) if telling.case else None
    fields = {
        **house_fields(world), "warning": "".join(f"{line}\n" for line in telling.preface(replaced)),
        "label": procedure.label, "case": f" ({case.label})" if case else "", "code": procedure.code,
        "where": _where(answers, world), "time": _time(answers, world), "ready": _ready_code(answers, world),
    }
    for kept in range(len(sometimes), -1, -1):
        left_out = len(sometimes) - kept
        more = world.words.part("keep_card", "more", count=str(left_out), label=procedure.label) if left_out else ""
        text = world.words.part("keep_card", "body", papers=_numbered([*always, *sometimes[:kept]]), more=more, **fields)
        if len(text) <= MOST_CHARACTERS:
            return _say(text, in_mind(answers, world), telling.source())
    short = world.words.part("keep_card", "too_many", count=str(len(all_papers)), **fields)
    return _say(short, in_mind(answers, world), telling.source())


def _say(text: str, subject: Answers, source: str) -> Say:
    return Say("say", {"card": text}, procedure=subject["procedure"], facet="documents", topic=subject, tail=source)


def _name(paper: Document | OneOf) -> str:
    return paper.title if isinstance(paper, OneOf) else paper.name


def _numbered(names: list[str]) -> str:
    return "\n".join(f"{number}) {name}" for number, name in enumerate(names, start=1))


def _where(answers: Answers, world: World) -> str:
    procedure, _ = in_hand(answers, world)
    authority, centre = procedure.authority_on(world.today), world.centre
    if authority is None:
        return world.words.part("keep_card", "where_unknown", **house_fields(world))
    if authority.level == "commune" and centre is not None:
        return world.words.part("keep_card", "where_centre", office=centre.name, address=centre.address, phone=centre.phone)
    return world.words.part("keep_card", "where_body", body=authority.body, **house_fields(world))


def _time(answers: Answers, world: World) -> str:
    words = teller(answers, world).time_words()
    return world.words.part("keep_card", "time", time=words) if words else ""


def _ready_code(answers: Answers, world: World) -> str:
    code = answers.get("ready_code")
    return world.words.part("keep_card", "ready_code", code=spoken(code)) if code else ""


def offers(answers: Answers, world: World) -> list[Option]:
    procedure, _ = in_hand(answers, world)
    fee = Errand("find_procedure", {**in_mind(answers, world), "facet": "fee"})
    return [
        Option("book", world.words.part("find_procedure", "offer_book"), Errand("book_visit", {"procedure": procedure.code})),
        Option("fee", world.words.part("find_procedure", "offer_fee"), fee),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


KEEP_CARD: Flow[World] = Flow(
    "keep_card",
    Ask("procedure", None, next="card", typed=procedure_typed),
    End("card", say=card, offers=offers),
    resumes=False,
)
