"""Are my papers complete? Tick them off, hear what is missing, and take a short code that the counter can read."""

import re
from collections.abc import Sequence

from bot.catalog.model import Document, OneOf
from bot.dialogue.flow import Answers, Ask, Branch, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.flows.find_procedure import cases, in_hand, in_mind, teller, warning
from bot.flows.procedure_words import procedure_typed
from bot.flows.world import World
from bot.readiness.model import Readiness, missing, papers
from bot.short_codes import keep_under_new_code, spoken


def case_needed(answers: Answers, world: World) -> str:
    procedure, _ = in_hand(answers, world)
    if procedure.cases and answers.get("case") is None:
        return "ask"
    return "known" if papers(procedure, answers.get("case")) else "no_list"


def has_list(answers: Answers, world: World) -> str:
    procedure, _ = in_hand(answers, world)
    return "known" if papers(procedure, answers.get("case")) else "no_list"


def to_tick(answers: Answers, world: World) -> Sequence[Option]:
    """Each paper's name with its mark, then: all in hand, done. Copies and alternatives were told before; here a line is a line."""
    procedure, _ = in_hand(answers, world)
    ticked = answers.get("ticked", [])
    lines = [
        Option(str(number), world.words.part("check_readiness", "have" if number in ticked else "have_not", paper=_in_a_line(paper, world)))
        for number, paper in enumerate(papers(procedure, answers.get("case")), start=1)
    ]
    return [
        *lines, Option("all", world.words.part("check_readiness", "have_all")), Option("done", world.words.part("check_readiness", "done"))
    ]


def _in_a_line(paper: Document | OneOf, world: World) -> str:
    name = world.words.part("check_readiness", "one_of", title=paper.title) if isinstance(paper, OneOf) else paper.name
    return world.words.part("check_readiness", "only_when", paper=name, when=paper.when) if paper.when else name


def tick(value: str, answers: Answers, world: World) -> Answers:
    """A paper's number toggles it; several numbers at once tick them."""
    procedure, _ = in_hand(answers, world)
    everything = list(range(1, len(papers(procedure, answers.get("case"))) + 1))
    ticked = set(answers.get("ticked", []))
    if value == "all":
        ticked = set(everything)
    elif value != "done":
        numbers = {int(number) for number in str(value).split(",")}
        ticked = ticked ^ numbers if len(numbers) == 1 else ticked | numbers
    return {**answers, "ticked": sorted(ticked)}


def several_numbers(text: str, answers: Answers, world: World) -> Read | Problem | None:
    """ "1 3 4", "1, 3 và 4": ticks them together."""
    procedure, _ = in_hand(answers, world)
    most = len(papers(procedure, answers.get("case")))
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) < 2 or re.search(r"\d{3}", text):
        return None
    if any(not 1 <= number <= most for number in numbers):
        return Problem("out_of_range", {"count": str(most)})
    return Read(",".join(str(number) for number in dict.fromkeys(numbers)))


def after_ticking(answers: Answers, world: World) -> Say:
    procedure, _ = in_hand(answers, world)
    ticked = answers.get("ticked")
    if not ticked:
        before = "".join(f"{line}\n" for line in warning(answers, world))
        return Say("ask", {"label": procedure.label, "warning": before}, procedure=procedure.code, topic=in_mind(answers, world))
    return Say("more", {"count": str(len(ticked))}, procedure=procedure.code)


def keep(answers: Answers, world: World) -> Done | Refused:
    procedure, _ = in_hand(answers, world)

    def keep_under(code: str) -> bool:
        ticked = tuple(answers.get("ticked", ()))
        return world.readiness.keep(
            Readiness(code, world.citizen, procedure.code, answers.get("case"), ticked, world.catalog.version, world.now)
        )

    return Done({"ready_code": keep_under_new_code("G", keep_under)})


def result(answers: Answers, world: World) -> Say:
    procedure, _ = in_hand(answers, world)
    telling = teller(answers, world)
    lacking = missing(procedure, answers.get("case"), answers.get("ticked", ()))
    fields = {"label": procedure.label, "code": spoken(answers["ready_code"])}
    for_some = [
        telling.paper(paper) for number, paper in enumerate(papers(procedure, answers.get("case")), start=1)
        if paper.when and number not in answers.get("ticked", ())
    ]
    fields["for_some"] = (
        world.words.part("check_readiness", "for_some", papers="\n".join(f"- {paper}" for paper in for_some)) if for_some else ""
    )
    if lacking:
        fields["missing"] = "\n".join(f"- {telling.paper(paper)}" for paper in lacking)
    return Say(
        "missing" if lacking else "complete", fields, tail=telling.source(), procedure=procedure.code,
        facet="documents", topic=in_mind(answers, world),
    )


def offers(answers: Answers, world: World) -> Sequence[Option]:
    procedure, _ = in_hand(answers, world)
    subject = in_mind(answers, world)
    words = world.words
    again = Errand("check_readiness", {**subject, "ticked": answers.get("ticked")})
    card = Errand("keep_card", {**subject, "ready_code": answers["ready_code"]})
    return [
        Option("again", words.part("check_readiness", "offer_again"), again),
        Option("card", words.part("find_procedure", "offer_keep_card"), card),
        Option("book", words.part("find_procedure", "offer_book"), Errand("book_visit", {"procedure": procedure.code})),
        Option("menu", words.part("menu", "title"), Errand("menu")),
    ]


def no_list(answers: Answers, world: World) -> Say:
    telling = teller(answers, world)
    body = "\n".join([*warning(answers, world), *telling.documents()])
    return Say(
        "say", {"body": body}, tail=telling.source(), procedure=telling.procedure.code, facet="documents", topic=in_mind(answers, world)
    )


def no_list_offers(answers: Answers, world: World) -> Sequence[Option]:
    procedure, _ = in_hand(answers, world)
    return [
        Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "asked", "about": procedure.code})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


CHECK_READINESS: Flow[World] = Flow(
    "check_readiness",
    Ask("procedure", None, next="case_needed", typed=procedure_typed),
    Branch("case_needed", case_needed, {"ask": "case", "known": "tick", "no_list": "no_list"}),
    Ask("case", cases, next="has_list"),
    Branch("has_list", has_list, {"known": "tick", "no_list": "no_list"}),
    Ask("tick", to_tick, next={"done": "keep", "*": "tick"}, say=after_ticking, typed=several_numbers, take=tick),
    Do("keep", keep, next="result"),
    End("result", say=result, offers=offers),
    End("no_list", say=no_list, offers=no_list_offers),
)
