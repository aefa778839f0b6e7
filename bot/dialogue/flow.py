"""A flow is a list of steps that names where each leads: a wrong name fails when the flow is built, and any flow can be drawn.

Steps that wait for the citizen: ``Ask``, ``Confirm``. Steps that go on by themselves: ``Tell``, ``Branch``, ``Do``. ``End`` says
good-bye. Only ``Do`` changes the world; it may be refused, and each refusal names the step it leads to. (What an ``Ask`` notes down
of words that led nowhere, ``unread`` and ``passed_over``, is for the house: no conversation is changed by it.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from bot.dialogue.messages import Contact, Ticket

Answers = dict[str, Any]
"""What the flow knows so far, by step name; JSON."""

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Errand:
    """A flow to start, with what is known already: a step whose answer is there is not asked."""

    flow: str
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list: a value for this step, or another errand."""

    value: str
    label: str
    errand: Errand | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """What a step says: which variant of its text, with which fields. ``topic`` is what later questions will be about."""

    variant: str = "say"
    fields: Mapping[str, str] = field(default_factory=dict)
    tail: str = ""
    topic: Mapping[str, Any] | None = None
    procedure: str | None = None
    facet: str | None = None
    once: bool = False
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A typed answer understood. ``strength``: ``sure``, ``plausible`` (a new question would win over it), ``confirm`` (read it back)."""

    value: Any
    label: str = ""
    strength: Literal["sure", "plausible", "confirm"] = "sure"


@dataclass(frozen=True, slots=True)
class Problem:
    """A typed answer understood, but of no use: which variant of the step's text says why."""

    variant: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """An effect took place; ``answers`` are added to the flow's."""

    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """An effect could not take place; ``why`` is one of the step's named refusals."""

    why: str
    answers: Mapping[str, Any] = field(default_factory=dict)


Saying = Callable[[Answers, W], Say]


@dataclass(frozen=True)
class Ask(Generic[W]):
    """Asks, with numbered options, typed words, or both. An answer that is there already is not asked for again.

    ``next`` is a step, or a step by value (``*`` for the others). ``typed`` reads free words; ``verbatim`` means that whatever is
    typed is the answer (commands excepted). ``given`` reads, once, what the citizen said before the question came up.
    ``take`` folds the value into the answers, by default under the step's name. ``if_none``: where to go when there are no
    options; ``alone``: a single option is taken without asking. ``unread`` is told words that were typed here and that nothing was
    made of, ``passed_over`` an errand that was begun instead of an answer. ``wants``: the typed answer is this piece of who they are.
    """

    name: str
    options: Callable[[Answers, W], Sequence[Option]] | None
    next: str | Mapping[str, str]
    say: Saying[W] | None = None
    typed: Callable[[str, Answers, W], Read | Problem | None] | None = None
    given: Callable[[Answers, W], Read | Problem | None] | None = None
    take: Callable[[Any, Answers, W], Answers] | None = None
    if_none: str | None = None
    alone: bool = False
    verbatim: bool = False
    unread: Callable[[str, Answers, W], None] | None = None
    passed_over: Callable[[Errand, Answers, W], None] | None = None
    wants: Contact | None = None

    def leads(self) -> set[str]:
        targets = {self.next} if isinstance(self.next, str) else set(self.next.values())
        return targets | ({self.if_none} if self.if_none else set())

    def after(self, value: Any) -> str:
        return self.next if isinstance(self.next, str) else self.next.get(str(value)) or self.next["*"]


@dataclass(frozen=True)
class Confirm(Generic[W]):
    """Two choices, in the texts' words: ``yes`` and ``no``."""

    name: str
    yes: str
    no: str
    say: Saying[W] | None = None

    def leads(self) -> set[str]:
        return {self.yes, self.no}


@dataclass(frozen=True)
class Tell(Generic[W]):
    """Says something and goes on."""

    name: str
    next: str
    say: Saying[W] | None = None

    def leads(self) -> set[str]:
        return {self.next}


@dataclass(frozen=True)
class Branch(Generic[W]):
    """Goes one way or another, without a word."""

    name: str
    pick: Callable[[Answers, W], str]
    to: Mapping[str, str]

    def leads(self) -> set[str]:
        return set(self.to.values())


@dataclass(frozen=True)
class Do(Generic[W]):
    """Changes the world, in this turn's transaction.

    ``final``: going back to before it is no longer possible. ``forgets``: nothing said before it is remembered.
    """

    name: str
    do: Callable[[Answers, W], Done | Refused]
    next: str
    otherwise: Mapping[str, str] = field(default_factory=dict)
    final: bool = True
    forgets: bool = False

    def leads(self) -> set[str]:
        return {self.next, *self.otherwise.values()}


@dataclass(frozen=True)
class End(Generic[W]):
    """Says the last words and offers what may come next."""

    name: str
    say: Saying[W] | None = None
    offers: Callable[[Answers, W], Sequence[Option]] | None = None

    def leads(self) -> set[str]:
        return set()


Step = Ask[W] | Confirm[W] | Tell[W] | Branch[W] | Do[W] | End[W]


class FlowError(ValueError):
    """A flow that does not hold together: a wrong name, a step nobody reaches."""


class Flow(Generic[W]):
    """A named list of steps; the first is where it starts.

    ``resumes``: worth going back to after another question. ``leave`` puts back what was only lent (a held seat).
    """

    def __init__(
        self, name: str, *steps: Step[W], resumes: bool = True, leave: Callable[[Answers, W], None] | None = None
    ) -> None:
        self.name, self.resumes, self.leave = name, resumes, leave
        self.steps: dict[str, Step[W]] = {}
        for step in steps:
            if step.name in self.steps:
                raise FlowError(f'{name}: the step "{step.name}" stands twice')
            self.steps[step.name] = step
        if not steps:
            raise FlowError(f"{name}: has no steps")
        self.start = steps[0].name
        self._order = {step.name: position for position, step in enumerate(steps)}
        self._check()

    def _check(self) -> None:
        for step in self.steps.values():
            for target in step.leads():
                if target not in self.steps:
                    raise FlowError(f'{self.name}: "{step.name}" leads to "{target}", which is no step')
        reached, waiting = {self.start}, [self.start]
        while waiting:
            for target in self.steps[waiting.pop()].leads() - reached:
                reached.add(target)
                waiting.append(target)
        lost = [name for name in self.steps if name not in reached]
        if lost:
            raise FlowError(f"{self.name}: nothing leads to {', '.join(lost)}")

    def forgotten(self, step: str, target: str, answers: Answers) -> Answers:
        """*answers* on the way from *step* to *target*: going to an earlier step asks it, and what follows it, anew."""
        if self._order[target] >= self._order[step]:
            return answers
        return {key: value for key, value in answers.items() if self._order.get(key, -1) < self._order[target]}

    def draw(self) -> str:
        """The flow as a Mermaid diagram."""
        lines = ["flowchart TD"]
        for step in self.steps.values():
            left, right = _SHAPES[type(step).__name__]
            lines.append(f"    {step.name}{left}{step.name}{right}")
            lines += [f"    {step.name} -->{f'|{label}|' if label else ''} {target}" for label, target in _edges(step)]
        return "\n".join(lines)


_SHAPES = {"Ask": ("[/", "/]"), "Confirm": ("[/", "/]"), "Tell": ("[", "]"), "Branch": ("{", "}"), "Do": ("[[", "]]"), "End": ("([", "])")}


def _edges(step: Step[Any]) -> list[tuple[str, str]]:
    match step:
        case Ask():
            edges = [("", step.next)] if isinstance(step.next, str) else list(step.next.items())
            return edges + ([("none", step.if_none)] if step.if_none else [])
        case Confirm():
            return [("yes", step.yes), ("no", step.no)]
        case Branch():
            return list(step.to.items())
        case Do():
            return [("", step.next), *step.otherwise.items()]
        case Tell():
            return [("", step.next)]
        case End():
            return []
