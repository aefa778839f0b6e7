"""Find a procedure: asked outright, answered outright; several that one fact parts, ask for it; others, choose; true alternatives,
which case.
"""

from collections.abc import Sequence

from bot.catalog.model import Note, Procedure
from bot.dialogue.flow import Answers, Ask, Branch, Do, Done, End, Errand, Flow, Option, Read, Refused, Say
from bot.flows import questions
from bot.flows.telling import Teller
from bot.flows.world import World
from bot.search import deciding
from bot.understanding import commands

FACETS = ("documents", "fee", "time", "where", "online", "steps", "form")
MOST_FACETS_OFFERED = 3
_TRIES = ("find_procedure", "life_event", "not_ours")
"""What a question about a procedure leads to."""
MOST_WARNED = 12
"""Of so many procedures a conversation remembers that their warning was heard."""


UNSURE = "unsure"
"""Who cannot answer a deciding question is shown the labels."""
_MATTER = 0.5
"""What words must say of their own (``Finder.substance``) to be an answer."""


def facts(answers: Answers, world: World) -> Sequence[Option]:
    """The answers of the question that parts what may be meant; none where there is no such question, or the catalogue of the
    day does not know what they lead to.
    """
    question = deciding.questions().get(answers.get("deciding") or "")
    if question is None or answers.get("procedure"):
        return []
    if any(world.catalog.get(code, world.today) is None for code in question.codes):
        return []
    options = [_fact(answers, world, question, each) for each in question.answers]
    return [*_whole_event(answers, world), *options, Option(UNSURE, world.words.part("deciding", "unsure"))]


def _fact(answers: Answers, world: World, question: deciding.Deciding, answer: str) -> Option:
    label = world.words.part("deciding", f"answer_{question.id}_{answer}")
    leads_to = question.answers[answer]
    if question.follows(answer):
        return Option(answer, label, Errand("find_procedure", {**answers, "deciding": leads_to}))
    return Option(leads_to, label)


def ask_fact(answers: Answers, world: World) -> Say:
    asked = world.words.part("deciding", f"ask_{answers['deciding']}")
    return Say("ask_in_grief" if answers.get("first") and _in_grief(answers, world) else "ask", {"question": asked})


def take_fact(value: str, answers: Answers, _: World) -> Answers:
    return {**answers, "deciding": None} if value == UNSURE else {**answers, "procedure": value}


def fact_in_words(text: str, answers: Answers, world: World) -> Read | None:
    """The fact said instead of pressed ("mẹ nó người Đài"): read together with the question that it answers."""
    if commands.none_of_these(text):
        return Read(UNSURE)
    if not answers.get("words") or world.finder.substance(world.finder.read(text)) < _MATTER:
        return None
    found = world.finder.find(f"{answers['words']} {text}", world.today)
    meant = {each.value for each in facts(answers, world) if each.errand is None}
    if found.sure and found.results[0].code in meant:
        return Read(found.results[0].code, strength="plausible")
    return None


def candidates(answers: Answers, world: World) -> Sequence[Option]:
    found = [world.catalog.get(code, world.today) for code in answers.get("codes", ())]
    options = [Option(each.code, named(each)) for each in found if each is not None]
    options = [*_whole_event(answers, world), *options]
    return [*options, Option("none", world.words.part("find_procedure", "none_of_these"))] if options else []


def _whole_event(answers: Answers, world: World) -> list[Option]:
    """All that an event in a life asks for, where the words may mean one."""
    event = world.events.get(answers.get("event") or "")
    if event is None:
        return []
    whole = Errand("life_event", {"event": event.id, "first": not _in_grief(answers, world)})
    return [Option("event", world.words.part("life_event", "or_the_event", label=event.label), whole)]


def ask_which(answers: Answers, world: World) -> Say:
    """A kind word first, where the event or the likeliest two are about a death; the answer then need not say it again."""
    return Say("ask_in_grief" if answers.get("first") and _in_grief(answers, world) else "ask")


def _in_grief(answers: Answers, world: World) -> bool:
    event = world.events.get(answers.get("event") or "")
    if event is not None:
        return event.grief
    likeliest = [world.catalog.get(code, world.today) for code in answers.get("codes", ())[:2]]
    return len(likeliest) == 2 and all(each is not None and each.grief for each in likeliest)


def none_of_these(text: str, _: Answers, __: World) -> Read | None:
    return Read("none") if commands.none_of_these(text) else None


def note_another(errand: Errand, answers: Answers, world: World) -> None:
    """Another try whose answer was not on offer, or a person asked for, says that none of the list was meant."""
    tries = errand.flow in _TRIES and not _on_offer(errand, answers)
    if tries or (errand.flow == "call_back" and errand.answers.get("why") == "asked"):
        questions.keep(answers, world, "refused")


def _on_offer(errand: Errand, answers: Answers) -> bool:
    """Whether *errand* leads to something that the list has: it was chosen in other words, or stands in a new list again."""
    event = errand.answers.get("event")
    if event is not None and event == answers.get("event"):
        return True
    led_to = {errand.answers.get("procedure"), *errand.answers.get("codes", ())}
    return not led_to.isdisjoint(answers.get("codes", ()))


def keep_miss(answers: Answers, world: World) -> Done | Refused:
    """Nothing was found, or nothing of what was found was meant."""
    questions.keep(answers, world, "refused" if answers.get("procedure") == "none" else "declined")
    return Done()


def named(procedure: Procedure) -> str:
    """Label, and what tells it from its siblings."""
    return f"{procedure.label}: {procedure.differs}" if procedure.differs else procedure.label


def case_needed(answers: Answers, world: World) -> str:
    procedure, _ = in_hand(answers, world)
    asks = procedure.cases and answers.get("case") is None and (
        answers.get("facet") == "documents" or (answers.get("facet") == "form" and not answers.get("full"))
    )
    return "ask" if asks else "known"


def cases(answers: Answers, world: World) -> Sequence[Option]:
    procedure, _ = in_hand(answers, world)
    return [Option(case.id, f"{case.label} ({case.differs})" if case.differs else case.label) for case in procedure.cases]


def in_hand(answers: Answers, world: World) -> tuple[Procedure, Procedure | None]:
    """The procedure to tell of, and the one asked for, where that is gone and this has replaced it."""
    asked = world.catalog.get(answers["procedure"], world.today)
    assert asked is not None, "an answer names only codes of the catalogue"
    successor = world.catalog.successor(asked, world.today)
    return (successor, asked) if successor is not None else (asked, None)


def warning(answers: Answers, world: World) -> list[str]:
    """What must be said before anything else of the procedure in hand; nothing where this conversation has heard it."""
    _, replaced = in_hand(answers, world)
    return [] if answers["procedure"] in (answers.get("warned") or ()) else teller(answers, world).preface(replaced)


def in_mind(answers: Answers, world: World) -> Answers:
    """What errands about the procedure in hand begin with, and what later questions are about: it, its case, whose warnings were heard."""
    procedure, _ = in_hand(answers, world)
    warned = dict.fromkeys([*(answers.get("warned") or ()), answers["procedure"], procedure.code])
    return {"procedure": procedure.code, "case": answers.get("case"), "warned": list(warned)[-MOST_WARNED:]}


def teller(answers: Answers, world: World) -> Teller:
    procedure, _ = in_hand(answers, world)
    case = answers.get("case")
    return Teller(world, procedure, case if procedure.case(case or "") else None)


def tell(answers: Answers, world: World) -> Say:
    procedure, _ = in_hand(answers, world)
    telling, facet = teller(answers, world), answers.get("facet") or "summary"
    lines = telling.kind_word() if answers.get("first") and not _in_grief(answers, world) else []
    lines += warning(answers, world)
    if facet == "summary":
        told, _ = telling.summary()
        lines += told
    elif facet == "documents":
        lines += telling.documents(details=bool(answers.get("full")))
    elif facet == "form" and answers.get("full"):
        lines += telling.form_help()
    elif facet == "other":
        lines.append(world.words.part("find_procedure", "other", label=procedure.label, phone=telling.phone))
    else:
        lines += getattr(telling, facet)()
    return Say(
        "say", {"body": "\n".join(lines)}, tail=telling.source(), procedure=procedure.code,
        facet=None if facet == "other" else facet, topic=in_mind(answers, world),
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
    subject = in_mind(answers, world)
    known = {**subject, "told": told}
    options = []
    if facet == "documents" and telling.has_more() and not answers.get("full"):
        options.append(_offer(world, "full", Errand("find_procedure", {**known, "facet": "documents", "full": True})))
    if procedure.form_help and facet in ("documents", "steps", "form") and not (facet == "form" and answers.get("full")):
        options.append(_offer(world, "form_help", Errand("find_procedure", {**known, "facet": "form", "full": True})))
    if facet == "form" and answers.get("full"):
        options.append(_offer(world, "form", Errand("find_procedure", {**known, "facet": "form"})))
    facets = [each for each in FACETS if each not in told and _has(procedure, each)]
    options += [
        _offer(world, each, Errand("find_procedure", {**known, "facet": each})) for each in facets[:MOST_FACETS_OFFERED]
    ]
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
    if world.centre is not None and procedure.filing.post:
        options.append(_offer(world, "post", Errand("send_by_post", {"procedure": procedure.code})))
    if procedure.cases and answers.get("case"):
        options.append(_offer(world, "other_case", Errand("find_procedure", {**subject, "case": None, "facet": "documents"})))
    return options


def _offer(world: World, what: str, errand: Errand) -> Option:
    return Option(what, world.words.part("find_procedure", f"offer_{what}"), errand)


def _has(procedure: Procedure, facet: str) -> bool:
    """Whether it is worth offering: there is something to tell, or its absence matters (fee, where)."""
    match facet:
        case "steps":
            return bool(procedure.steps)
        case "online":
            return procedure.filing.online in ("whole", "part", "possible")
        case "form":
            return procedure.form_help is not None or any(paper.form for paper in procedure.every_document())
        case _:
            return True


def ways_on(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "unanswered"})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


FIND_PROCEDURE: Flow[World] = Flow(
    "find_procedure",
    Ask(
        "deciding", facts, next="procedure", if_none="procedure", say=ask_fact, typed=fact_in_words, take=take_fact,
        passed_over=note_another,
    ),
    Ask(
        "procedure", candidates, next={"none": "keep_miss", "*": "case_needed"}, if_none="keep_miss", say=ask_which, typed=none_of_these,
        unread=questions.keep_unread, passed_over=note_another,
    ),
    Branch("case_needed", case_needed, {"ask": "case", "known": "answer"}),
    Ask("case", cases, next="answer"),
    End("answer", say=tell, offers=next_things),
    Do("keep_miss", keep_miss, next="not_known", final=False),
    End("not_known", offers=ways_on),
    resumes=False,
)
