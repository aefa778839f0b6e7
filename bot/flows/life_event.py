"""An event in a life: what there is to do, in order, by visits; from there to each procedure's answer, and one list of papers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.life_events import EventStep, LifeEvent, MergedPaper, PaperGroup, Use, VisitPapers, merged_papers
from bot.catalog.model import Document, Procedure
from bot.dialogue.flow import Answers, Ask, Branch, End, Errand, Flow, Option, Problem, Read, Say
from bot.flows.find_procedure import in_hand
from bot.flows.telling import FIRST_SCREEN, Teller
from bot.flows.wording import plain_date
from bot.flows.world import World, house_fields

LINES_A_PAGE = 10
MOST_OF_A_LIST = 1700
"""Characters of papers that go into one message: its choices, the source line and the hint want the rest of the 2,000."""
MOST_OF_A_PLACE = 40


def view(answers: Answers, world: World) -> str:
    event = world.events.get(answers.get("event", ""))
    if event is None:
        return "list"
    if answers.get("papers"):
        return "which" if not answers.get("chosen") and to_choose_from(answers, world) else "papers"
    return "visit" if answers.get("visit") in event.visits() or len(event.visits()) == 1 else "plan"


# -- the list of events ---------------------------------------------------------------------------------------------------


def events(answers: Answers, world: World) -> Sequence[Option]:
    """Every event, a page at a time, in the order of the catalogue."""
    begin = answers.get("page", 0) * LINES_A_PAGE
    told = world.events.events
    options = [Option(event.id, event.label, Errand("life_event", {"event": event.id, "first": True})) for event in told]
    shown = options[begin : begin + LINES_A_PAGE]
    return [*shown, Option("more", _part(world, "more"))] if begin + LINES_A_PAGE < len(options) else shown


def turn_page(_: str, answers: Answers, __: World) -> Answers:
    return {**answers, "page": answers.get("page", 0) + 1}


# -- the whole event ------------------------------------------------------------------------------------------------------


def tell_plan(answers: Answers, world: World) -> Say:
    """The visits in order. So that the screen stays small, of a long one only the first procedures are named, at last without places."""
    event = _event(answers, world)
    opening = _opening(event, answers, world)
    most = max(len(event.at_visit(visit)) for visit in event.visits())
    for named, with_place in [*((named, True) for named in range(most, 0, -1)), (1, False)]:
        visits = [_visit_in_short(event, visit, named, world, with_place=with_place) for visit in event.visits()]
        body = "\n".join([*opening, *(line for lines in visits for line in lines)])
        if len(body) <= FIRST_SCREEN:
            break
    return _say(body, event, world)


def plan_offers(answers: Answers, world: World) -> Sequence[Option]:
    event = _event(answers, world)
    visits = [
        Option(f"visit:{visit}", _part(world, "offer_visit", visit=str(visit)), _to(event, visit=visit)) for visit in event.visits()
    ]
    return [*visits, Option("papers", _part(world, "offer_papers"), _to(event, papers=True))]


def _opening(event: LifeEvent, answers: Answers, world: World) -> list[str]:
    """A kind word where it is due, once; then what comes before all."""
    grief = [world.words.part("telling", "preface_grief")] if event.grief and answers.get("first") else []
    return [*grief, _part(world, "intro", label=event.label, intro=event.intro)]


def _visit_in_short(event: LifeEvent, visit: int, named: int, world: World, *, with_place: bool) -> list[str]:
    """A heading, then procedures by name: those for everybody, and those for some, which are never told as all to be done."""
    steps = event.at_visit(visit)
    place = _place(steps, world) if with_place else ""
    fields = {"visit": str(visit), "place": _part(world, "place", place=place) if 0 < len(place) <= MOST_OF_A_PLACE else ""}
    if len(steps) == 1 and steps[0].when:
        return [_part(world, "visit_when", when=steps[0].when, **fields), _named(steps, 1, world)]
    always, sometimes = [step for step in steps if not step.when], [step for step in steps if step.when]
    if not always:
        return [_part(world, "visit_choose", **fields), _named(sometimes, named, world)]
    lines = [_part(world, "visit_all", **fields), _named(always, len(always), world)]
    return [*lines, _part(world, "for_some", names=_named(sometimes, max(1, named - len(always)), world))] if sometimes else lines


def _named(steps: Sequence[EventStep], most: int, world: World) -> str:
    lines = [_part(world, "name", label=_procedure(step, world).label) for step in steps[:most]]
    more = [_part(world, "and_more", count=str(len(steps) - most))] if len(steps) > most else []
    return "\n".join([*lines, *more])


# -- one visit ------------------------------------------------------------------------------------------------------------


def tell_visit(answers: Answers, world: World) -> Say:
    event, visit = _event(answers, world), _visit(answers, world)
    steps = event.at_visit(visit)
    only = len(event.visits()) == 1
    place = _place(steps, world)
    heading = "only_visit" if only else "visit_title"
    if len(steps) > 1 and all(step.when for step in steps):
        heading += "_choose"
    lines = _opening(event, answers, world) if only else []
    lines.append(_part(world, heading, visit=str(visit), place=_part(world, "place", place=place) if place else ""))
    for number, step in enumerate(steps, start=1):
        lines += _step_lines(step, number, world, with_place=not place)
    return _say("\n".join(lines), event, world)


def visit_offers(answers: Answers, world: World) -> Sequence[Option]:
    """The procedures by the numbers they have in the text, then the visit's papers, then the next visit."""
    event, visit = _event(answers, world), _visit(answers, world)
    options = [_to_procedure(_procedure(step, world)) for step in event.at_visit(visit)]
    options.append(Option("papers", _part(world, "offer_visit_papers"), _to(event, visit=visit, papers=True)))
    if visit + 1 in event.visits():
        options.append(Option("next", _part(world, "offer_visit", visit=str(visit + 1)), _to(event, visit=visit + 1)))
    return [*options, _back(event, world)] if len(event.visits()) > 1 else options


def _step_lines(step: EventStep, number: int, world: World, *, with_place: bool) -> list[str]:
    procedure, replaced = in_hand({"procedure": step.code}, world)
    lines = [_part(world, "step", number=str(number), label=procedure.label)]
    if step.when:
        lines.append(_part(world, "step_when", when=step.when))
    lines.append(_part(world, "step_note", note=step.note[:1].upper() + step.note[1:]))
    if replaced:
        lines.append(_part(world, "step_replaced", old=replaced.label))
    authority = procedure.authority_on(world.today)
    if not procedure.in_national_list or not procedure.in_force(world.today):
        lines.append(_part(world, "step_gone"))
    elif authority is None:
        lines.append(_part(world, "step_place_unknown"))
    elif with_place:
        lines.append(_part(world, "step_place", place=_where(procedure, world)))
    return lines


# -- papers ---------------------------------------------------------------------------------------------------------------


def to_choose_from(answers: Answers, world: World) -> list[EventStep]:
    """The steps that concern only some, of the visit in hand or of all: two or more, else there is nothing to choose."""
    event = _event(answers, world)
    steps = event.at_visit(answers["visit"]) if answers.get("visit") in event.visits() else event.steps
    some = [step for step in steps if step.when]
    return some if len(steps) > 1 else []


def which(answers: Answers, world: World) -> Sequence[Option]:
    """Each with its condition and its mark; then the list of papers."""
    ticked = answers.get("ticked") or []
    lines = []
    for number, step in enumerate(to_choose_from(answers, world), start=1):
        step_words = {"label": _procedure(step, world).label, "when": step.when or ""}
        lines.append(Option(str(number), _part(world, "mine" if step.code in ticked else "maybe_mine", **step_words)))
    return [*lines, Option("done", _part(world, "chosen" if ticked else "all_of_them"))]


def ask_which(answers: Answers, _: World) -> Say:
    return Say("more" if answers.get("ticked") else "ask")


def several_numbers(text: str, answers: Answers, world: World) -> Read | Problem | None:
    """ "1 3 4", "1, 3 và 4": ticks them together."""
    most = len(to_choose_from(answers, world))
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) < 2 or re.search(r"\d{3}", text):
        return None
    if any(not 1 <= number <= most for number in numbers):
        return Problem("out_of_range", {"count": str(most)})
    return Read(",".join(str(number) for number in dict.fromkeys(numbers)))


def tick(value: str, answers: Answers, world: World) -> Answers:
    """One number turns a step on or off, several turn them on; ``chosen`` says that it was asked."""
    if value == "done":
        return {**answers, "chosen": True}
    codes = [step.code for step in to_choose_from(answers, world)]
    numbered = {codes[int(number) - 1] for number in str(value).split(",")}
    ticked = set(answers.get("ticked") or ())
    ticked = ticked ^ numbered if len(numbered) == 1 else ticked | numbered
    return {**answers, "ticked": [code for code in codes if code in ticked]}


def tell_papers(answers: Answers, world: World) -> Say:
    """The papers of what concerns this citizen: of as many visits as one message holds."""
    event = _event(answers, world)
    lines = [line for visit in _told_visits(answers, world) for line in _visit_papers(answers, visit, world)]
    return _say("\n".join([_part(world, "papers_title", label=event.label), *lines]), event, world)


def papers_offers(answers: Answers, world: World) -> Sequence[Option]:
    event, told = _event(answers, world), _told_visits(answers, world)
    hanging: dict[str, Option] = {}
    for visit in told:
        procedures = _procedures(_mine(answers, visit, world), world)
        by_case = merged_papers(procedures, world.events.same).by_case
        for procedure in procedures:
            if procedure.code in by_case:
                label = _part(world, "offer_by_case", label=procedure.label)
                hanging[procedure.code] = _to_procedure(procedure, label, facet="documents")
    options = list(hanging.values())
    following = [visit for visit in event.visits() if visit > told[-1] and _mine(answers, visit, world)] if told else []
    if following:
        known = {key: answers.get(key) for key in ("ticked", "chosen")}
        further = Errand("life_event", {**known, "event": event.id, "since": following[0], "papers": True})
        options.append(Option("next", _part(world, "offer_papers_of", visit=str(following[0])), further))
    if answers.get("chosen"):
        options.append(Option("again", _part(world, "offer_choose_again"), _to(event, papers=True)))
    return [*options, _back(event, world)]


def _mine(answers: Answers, visit: int, world: World) -> list[EventStep]:
    """The steps of *visit* that concern this citizen: those for everybody and those ticked; all where none was ticked."""
    steps, ticked = _event(answers, world).at_visit(visit), answers.get("ticked")
    return [step for step in steps if not step.when or not ticked or step.code in ticked]


def _told_visits(answers: Answers, world: World) -> list[int]:
    """The visits whose papers are told: the one asked for; else those that concern the citizen, as many as one message holds."""
    event = _event(answers, world)
    if answers.get("visit") in event.visits():
        return [answers["visit"]]
    told: list[int] = []
    length = 0
    for visit in event.visits():
        if visit < answers.get("since", 1) or not _mine(answers, visit, world):
            continue
        length += len("\n".join(_visit_papers(answers, visit, world)))
        if told and length > MOST_OF_A_LIST:
            break
        told.append(visit)
    return told


def _visit_papers(answers: Answers, visit: int, world: World) -> list[str]:
    event, steps = _event(answers, world), _mine(answers, visit, world)
    if answers.get("ticked"):
        steps = [replace(step, when=None) for step in steps]
    procedures = _procedures(steps, world)
    papers = merged_papers(procedures, world.events.same)
    labels = {procedure.code: procedure.label for procedure in procedures}
    place = _place(steps, world)
    lines = []
    if len(event.visits()) > 1:
        lines.append(_part(world, "papers_visit", visit=str(visit), place=_part(world, "place", place=place) if place else ""))
    number = 0
    for group in papers.groups:
        lines.append(_group_title(group, steps, labels, world))
        for paper in group.papers:
            number += 1
            lines.append(_paper(paper, number, labels, world))
    return [*lines, *_not_listed(papers, labels, world)]


def _group_title(group: PaperGroup, steps: Sequence[EventStep], labels: dict[str, str], world: World) -> str:
    """Whom the papers that follow are for: every procedure of the visit, some of them, or one and its condition."""
    if len(group.codes) > 1:
        if len(group.codes) == len(labels):
            return _part(world, "papers_for_all")
        return _part(world, "papers_for", labels="\n".join(_part(world, "name", label=labels[code]) for code in group.codes))
    step = next((step for step in steps if _procedure(step, world).code == group.codes[0]), None)
    if step is not None and step.when:
        return _part(world, "papers_for_one_when", label=labels[group.codes[0]], when=step.when)
    return _part(world, "papers_for_one", label=labels[group.codes[0]])


def _paper(merged: MergedPaper, number: int, labels: dict[str, str], world: World) -> str:
    """One paper in a line; procedures that want it otherwise than the first one does are named with what they want."""
    first, paper = merged.uses[0], merged.paper
    teller = Teller(world, _by_code(first.code, world))
    when = world.events.same.name(first.when) if first.when else None
    plain = replace(paper, when=when)
    if isinstance(plain, Document):
        plain = replace(plain, original=first.original, copy=first.copy)
    line = teller.paper(plain, number=number)
    others = [
        _part(world, "other_use", label=labels[use.code], wants=_wants(use, world))
        for use in merged.uses[1:] if _wants(use, world) != _wants(first, world)
    ]
    each = _part(world, "each") if len(merged.codes) > 1 and paper.group == "submit" and (first.original or first.copy) else ""
    return f"{line}{each}{''.join(others)}"


def _wants(use: Use, world: World) -> str:
    """How many pieces, and when: in a few words."""
    originals, copies, words = use.original or 0, use.copy or 0, world.words
    if originals and copies:
        count = words.part("telling", "originals_and_copies", originals=str(originals), copies=str(copies))
    elif originals:
        count = words.part("telling", "originals", count=str(originals))
    elif copies:
        count = words.part("telling", "copies", count=str(copies))
    else:
        count = _part(world, "needed")
    return _part(world, "wants_when", count=count, when=world.events.same.name(use.when)) if use.when else count


def _not_listed(papers: VisitPapers, labels: dict[str, str], world: World) -> list[str]:
    lines = [_part(world, "by_case", label=labels[code]) for code in papers.by_case]
    return [*lines, *(_part(world, "unpublished", label=labels[code]) for code in papers.unpublished)]


# -- pieces ---------------------------------------------------------------------------------------------------------------


def _part(world: World, step: str, /, **fields: str) -> str:
    return world.words.part("life_event", step, **{**house_fields(world), **fields})


def _event(answers: Answers, world: World) -> LifeEvent:
    event = world.events.get(answers["event"])
    assert event is not None, "an answer names only events of the catalogue"
    return event


def _visit(answers: Answers, world: World) -> int:
    visits = _event(answers, world).visits()
    return answers["visit"] if answers.get("visit") in visits else visits[0]


def _by_code(code: str, world: World) -> Procedure:
    return in_hand({"procedure": code}, world)[0]


def _procedure(step: EventStep, world: World) -> Procedure:
    """The step's procedure, or the one that has replaced it."""
    return _by_code(step.code, world)


def _procedures(steps: Sequence[EventStep], world: World) -> list[Procedure]:
    """Each once: two steps may have come to one successor."""
    return list({procedure.code: procedure for procedure in (_procedure(step, world) for step in steps)}.values())


def _place(steps: Sequence[EventStep], world: World) -> str:
    """Where all *steps* are settled; empty where they are not settled in one place, or nobody knows."""
    places = {_where(_procedure(step, world), world) for step in steps}
    return places.pop() if len(places) == 1 else ""


def _where(procedure: Procedure, world: World) -> str:
    authority = procedure.authority_on(world.today)
    if authority is None:
        return ""
    return _part(world, "at_commune") if authority.level == "commune" else authority.body


def _to(event: LifeEvent, **answers: int | bool) -> Errand:
    return Errand("life_event", {"event": event.id, **answers})


def _to_procedure(procedure: Procedure, label: str = "", **answers: str) -> Option:
    return Option(procedure.code, label or procedure.label, Errand("find_procedure", {"procedure": procedure.code, **answers}))


def _back(event: LifeEvent, world: World) -> Option:
    return Option("plan", _part(world, "offer_plan"), _to(event))


def _say(body: str, event: LifeEvent, world: World) -> Say:
    """*body* and the line that says how old it is: as old as the procedure held against its source longest ago."""
    checked = min(_procedure(step, world).checked_on for step in event.steps)
    return Say("say", {"body": body}, tail=_part(world, "source", checked=plain_date(checked)), topic={"event": event.id})


LIFE_EVENT: Flow[World] = Flow(
    "life_event",
    Branch("view", view, {"list": "list", "plan": "plan", "visit": "visit", "which": "which", "papers": "papers"}),
    Ask("list", events, next="list", take=turn_page, if_none="nothing_listed"),
    End("plan", say=tell_plan, offers=plan_offers),
    End("visit", say=tell_visit, offers=visit_offers),
    Ask("which", which, next={"done": "papers", "*": "which"}, say=ask_which, typed=several_numbers, take=tick),
    End("papers", say=tell_papers, offers=papers_offers),
    End("nothing_listed"),
    resumes=False,
)
