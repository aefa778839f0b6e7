"""Find a procedure: asked outright, answered outright; several may fit, choose; true alternatives, which case."""

from collections.abc import Sequence

from bot.catalog.model import Document, Note, Procedure
from bot.dialogue.flow import Answers, Ask, Branch, End, Errand, Flow, Option, Say
from bot.flows.telling import Teller
from bot.flows.world import World

FACETS = ("documents", "fee", "time", "where", "online", "steps", "form")
MOST_FACETS_OFFERED = 3


def candidates(answers: Answers, world: World) -> Sequence[Option]:
    found = [world.catalog.get(code, world.today) for code in answers.get("codes", ())]
    options = [Option(each.code, named(each)) for each in found if each is not None]
    return [*options, Option("none", world.words.part("find_procedure", "none_of_these"))] if options else []


def ask_which(answers: Answers, world: World) -> Say:
    """A kind word first, where the likeliest two are about a death; the answer then need not say it again."""
    return Say("ask_in_grief" if answers.get("first") and _in_grief(answers, world) else "ask")


def _in_grief(answers: Answers, world: World) -> bool:
    likeliest = [world.catalog.get(code, world.today) for code in answers.get("codes", ())[:2]]
    return len(likeliest) == 2 and all(each is not None and each.grief for each in likeliest)


def named(procedure: Procedure) -> str:
    """Label, and what tells it from its siblings."""
    return f"{procedure.label}: {procedure.differs}" if procedure.differs else procedure.label


def case_needed(answers: Answers, world: World) -> str:
    procedure, _ = in_hand(answers, world)
    asks = procedure.cases and answers.get("case") is None and answers.get("facet") in ("documents", "form")
    return "ask" if asks else "known"


def cases(answers: Answers, world: World) -> Sequence[Option]:
    procedure, _ = in_hand(answers, world)
    return [Option(case.id, f"{case.label} ({case.differs})" if case.differs else case.label) for case in procedure.cases]


def in_hand(answers: Answers, world: World) -> tuple[Procedure, str | None]:
    """The procedure to tell of, and the label of the one it has replaced, where the one asked for is gone."""
    asked = world.catalog.get(answers["procedure"], world.today)
    assert asked is not None, "an answer names only codes of the catalogue"
    if asked.replaced_by and not (asked.in_force(world.today) and asked.in_national_list):
        successor = world.catalog.get(asked.replaced_by[0], world.today)
        if successor is not None:
            return successor, asked.label
    return asked, None


def teller(answers: Answers, world: World) -> Teller:
    procedure, _ = in_hand(answers, world)
    case = answers.get("case")
    return Teller(world, procedure, case if procedure.case(case or "") else None)


def tell(answers: Answers, world: World) -> Say:
    procedure, replaced = in_hand(answers, world)
    telling, facet = teller(answers, world), answers.get("facet") or "summary"
    lines = telling.preface(replaced=replaced, first=bool(answers.get("first")) and not _in_grief(answers, world))
    if facet == "summary":
        told, _ = telling.summary()
        lines += told
    elif facet == "documents":
        lines += telling.documents(details=bool(answers.get("full")))
    elif facet == "other":
        lines.append(world.words.part("find_procedure", "other", label=procedure.label, phone=telling.phone))
    else:
        lines += getattr(telling, facet)()
    return Say(
        "say", {"body": "\n".join(lines)}, tail=telling.source(), procedure=procedure.code,
        facet=None if facet == "other" else facet, topic={"procedure": procedure.code, "case": answers.get("case")},
    )


def next_things(answers: Answers, world: World) -> Sequence[Option]:
    """What may come next: facets not told yet, then doing something about it."""
    procedure, _ = in_hand(answers, world)
    telling, facet = teller(answers, world), answers.get("facet") or "summary"
    told = [*answers.get("told", ()), facet]
    if facet == "summary":
        told += ["time", "where"]
        if telling.summary()[1] and not telling.has_more():
            told.append("documents")
    known = {"procedure": procedure.code, "case": answers.get("case"), "told": told}
    options = []
    if facet == "documents" and telling.has_more() and not answers.get("full"):
        options.append(_offer(world, "full", Errand("find_procedure", {**known, "facet": "documents", "full": True})))
    facets = [each for each in FACETS if each not in told and _has(procedure, each)]
    options += [
        _offer(world, each, Errand("find_procedure", {**known, "facet": each})) for each in facets[:MOST_FACETS_OFFERED]
    ]
    subject = {"procedure": procedure.code, "case": answers.get("case")}
    if facet == "fee":
        options.append(_offer(world, "pay_fee", Errand("pay_fee", subject)))
    if facet in ("fee", "where", "other") and (facet != "fee" or procedure.fees.status in ("see_text", "not_published")):
        options.append(_offer(world, "call_back", Errand("call_back", {"why": "asked", "about": procedure.code})))
    if any(not isinstance(line, Note) for line in procedure.documents):
        options.append(_offer(world, "readiness", Errand("check_readiness", subject)))
        options.append(_offer(world, "keep_card", Errand("keep_card", subject)))
    authority = procedure.authority_on(world.today)
    if world.centre is not None and authority is not None and authority.level == "commune":
        options.append(_offer(world, "book", Errand("book_visit", {"procedure": procedure.code})))
    if procedure.cases and answers.get("case"):
        options.append(_offer(world, "other_case", Errand("find_procedure", {"procedure": procedure.code, "facet": "documents"})))
    return options


def _offer(world: World, what: str, errand: Errand) -> Option:
    return Option(what, world.words.part("find_procedure", f"offer_{what}"), errand)


def _has(procedure: Procedure, facet: str) -> bool:
    """Whether it is worth offering: there is something to tell, or its absence matters (fee, where)."""
    match facet:
        case "steps":
            return bool(procedure.steps)
        case "online":
            return procedure.filing.online in ("whole", "part")
        case "form":
            return any(isinstance(line, Document) and line.form for line in procedure.documents)
        case _:
            return True


def ways_on(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "unanswered"})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


FIND_PROCEDURE: Flow[World] = Flow(
    "find_procedure",
    Ask("procedure", candidates, next={"none": "not_known", "*": "case_needed"}, if_none="not_known", say=ask_which),
    Branch("case_needed", case_needed, {"ask": "case", "known": "answer"}),
    Ask("case", cases, next="answer"),
    End("answer", say=tell, offers=next_things),
    End("not_known", offers=ways_on),
    resumes=False,
)
