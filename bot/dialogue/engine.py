"""One turn: recognise -> leave? (back, menu, a person) -> read -> step -> say."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, Protocol, TypeVar

from bot.dialogue.flow import (
    Answers,
    Ask,
    Branch,
    Confirm,
    Do,
    End,
    Errand,
    Flow,
    Option,
    Problem,
    Read,
    Refused,
    Say,
    Tell,
)
from bot.dialogue.messages import MOST_CHARACTERS, Choice, Contact, Incoming, Outgoing, as_plain_text
from bot.dialogue.session import Pending, Place, Session, Shown

W = TypeVar("W")
W_contra = TypeVar("W_contra", contravariant=True)

Command = Literal["back", "leave", "menu", "person", "resume", "yes", "no"]

MOST_STEPS_A_TURN = 40
"""A flow whose steps led in a circle without waiting would never answer."""
QUIET_AFTER_AN_OFFICER = timedelta(hours=2)
"""So long after a person of the house last wrote in a conversation the bot keeps out of it, unless it is called for."""
HINTS = 2
"""How often the last line says how to answer."""
ADDED = "+"
"""The value of a line that the engine added to a step's own."""
BEGUN_LATER = ":later"
"""Among a waiting place's answers: it was never begun, only asked for beside another errand."""
RESUME = Errand("")
"""No flow: stands for going back to the errand that waits."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the recogniser may know of the conversation: the topic in hand, and whether a step waits for an answer."""

    topic: Mapping[str, Any] | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class Recognition:
    """An errand seen in a message. ``strong``: it wins over a typed answer that is only plausible. ``then``: another that the same
    message asks for; it waits, and is offered.
    """

    errand: Errand
    strong: bool
    then: Errand | None = None


class Recogniser(Protocol[W_contra]):
    """Reads words; knows the house's language, the engine does not."""

    def command(self, text: str) -> Command | None: ...

    def number(self, text: str) -> int | None:
        """The number that the whole message is ("2", "số 2"), else None."""
        ...

    def same(self, text: str, label: str) -> bool:
        """Whether *text* says just what *label* says, however typed."""
        ...

    def recognise(self, text: str, situation: Situation, world: W_contra) -> Recognition | None: ...


class Texts(Protocol):
    """Every sentence, by flow, step and variant."""

    def render(self, flow: str, step: str, variant: str, fields: Mapping[str, str], turn: int = 0) -> str:
        """The text; of a list of texts the *turn*-th, then the last. KeyError when there is none or a field is missing."""
        ...

    def has(self, flow: str, step: str, variant: str) -> bool: ...


@dataclass(frozen=True)
class House:
    """The errands that every conversation can reach from anywhere."""

    welcome: Errand
    menu: Errand
    person: Errand
    unclear: Callable[[str], Errand]
    """What to do with words that nothing was made of."""


class Engine(Generic[W]):
    """Runs flows. ``fields`` gives what any text may name (the house's name, its phone)."""

    def __init__(
        self, flows: Sequence[Flow[W]], recogniser: Recogniser[W], texts: Texts, house: House, fields: Callable[[W], Mapping[str, str]]
    ) -> None:
        self.flows = {flow.name: flow for flow in flows}
        self.recogniser, self.texts, self.house, self.fields = recogniser, texts, house, fields

    def turn(self, state: Mapping[str, Any] | None, incoming: Incoming, world: W) -> tuple[dict[str, Any], list[Outgoing]]:
        """The new state and what to say. Never raises for anything a citizen can send."""
        session = Session() if state is None else self._session(state)
        talk = _Talk(self, session or Session(), world)
        if talk.keeps_quiet(incoming):
            return talk.session.dump(), []
        if session is None:
            talk.start(self.house.menu, before=talk.common("old_state"))
        elif state is None and incoming.kind == "text" and not clean(incoming.text):
            talk.start(self.house.welcome)
        else:
            talk.hear(incoming)
        return talk.session.dump(), talk.said

    def _session(self, state: Mapping[str, Any]) -> Session | None:
        """The session; None when the state no longer fits this release."""
        try:
            session = Session.load(state)
        except ValueError:
            return None
        places = [place for place in (session.at, session.suspended, *session.history) if place]
        known = all(place.flow in self.flows and place.step in self.flows[place.flow].steps for place in places)
        return session if known else None


class _Talk(Generic[W]):
    """One turn's work on one session."""

    def __init__(self, engine: Engine[W], session: Session, world: W) -> None:
        self.engine, self.session, self.world = engine, session, world
        self.said: list[Outgoing] = []
        self._house_fields = engine.fields(world)
        self._before = ""
        self._asked_from = 0

    # -- hearing ------------------------------------------------------------------------------------------------------

    def keeps_quiet(self, incoming: Incoming) -> bool:
        """Whether nothing is to be said: it is no word to us, or a person of the house is speaking with the citizen."""
        said_at, until = incoming.sent_at, self.session.quiet_until
        if incoming.kind == "officer":
            still = (said_at + QUIET_AFTER_AN_OFFICER).isoformat()
            self.session.quiet_until = still if until is None or datetime.fromisoformat(until) < datetime.fromisoformat(still) else until
            return True
        if incoming.kind == "unfollow":
            return True
        if until is None:
            return False
        quiet = said_at < datetime.fromisoformat(until)
        if quiet and not (incoming.kind == "text" and self.engine.recogniser.command(clean(incoming.text)) == "menu"):
            return True
        self.session.quiet_until = None
        self._before = self.common("awake") if quiet else ""
        return False

    def hear(self, incoming: Incoming) -> None:
        if incoming.kind == "choice":
            self._press(incoming.text)
        elif incoming.kind == "follow":
            self._greet()
        elif incoming.kind == "details":
            self._take_details(incoming.details)
        elif incoming.kind == "text" or (incoming.kind == "photo" and incoming.text):
            self._read(clean(incoming.text))
        elif incoming.kind == "photo":
            self._unreadable(f"photo_{incoming.photo or 'nothing'}")
        else:
            self._unreadable(incoming.kind)

    def _greet(self) -> None:
        """Somebody new is welcomed; who was here before finds what they left, offered under the menu."""
        if self.session.at is None:
            self.start(self.engine.house.welcome)
        else:
            self.interrupt(self.engine.house.menu, before=self.common("follow"))

    def _take_details(self, details: Mapping[Contact, str]) -> None:
        """A form answers the question that waits for a piece of it, and each following one that wants another piece."""
        left, answered = dict(details), False
        while (step := self._wanting()) is not None and step.wants in left:
            place = self.session.at
            assert place is not None
            assert step.typed is not None
            read = step.typed(clean(left.pop(step.wants)), place.answers, self.world)
            if answered and read is not None:
                del self.said[self._asked_from:]  # a question that is answered already
            self.session.pending = None
            if read is not None:
                self._answer(read)
            elif not answered:
                self.again(self._not_understood(place, 0))
            answered = True
            if not isinstance(read, Read) or read.strength == "confirm":
                return
        if not answered:
            self._thank_for_details()

    def _wanting(self) -> Ask[W] | None:
        """The question that waits for a piece of who the citizen is."""
        step = self._step()
        return step if isinstance(step, Ask) and step.wants is not None and step.typed is not None and not self.session.ended else None

    def _thank_for_details(self) -> None:
        """Nobody asked: nothing is kept of it."""
        thanks = self.common("details_thanks")
        if self.session.at is None or self.session.ended or self.session.pending is not None:
            self.again(thanks)
        else:
            self._before = thanks
            self.show()

    def _unreadable(self, kind: str) -> None:
        """Nothing to read: said differently the second time."""
        misses = self.session.misses
        self.again(self.common(kind, turn=misses))
        self.session.misses = misses + 1

    def _press(self, value: str) -> None:
        serial, _, number = value.partition(".")
        if serial == f"c{self.session.serial}" and number.isdigit() and 1 <= int(number) <= len(self.session.shown):
            self._choose(int(number))
        else:
            self.again(self.common("old_choice"))

    def _read(self, text: str) -> None:
        if not text:
            self._unreadable("blank")
            return
        command = self.engine.recogniser.command(text)
        if self.session.pending is not None and self._settle_pending(text, command):
            return
        number = self._choice_labelled(text)
        if number is None and command in ("back", "leave", "menu", "person", "resume"):
            self._obey(command)
            return
        if number is None:
            number = self._choice_number(text, command)
        if number is not None:
            self._choose(number)
            return
        self._answer_or_errand(text)

    def _settle_pending(self, text: str, command: Command | None) -> bool:
        """Yes or no to an answer that was read back; anything else drops it and is read afresh."""
        pending, self.session.pending = self.session.pending, None
        if pending is None:
            return False
        number = self.engine.recogniser.number(text)
        if command == "yes" or number == 1:
            self._take(pending.value)
            return True
        if command == "no" or number == 2:
            self.show()
            return True
        return False

    def _obey(self, command: Command) -> None:
        self.session.misses = 0
        match command:
            case "back":
                self.back()
            case "leave":
                self.leave()
            case "menu":
                self.leave_quietly()
                self.start(self.engine.house.menu, before=self._before)
            case "person":
                self.interrupt(self.engine.house.person)
            case "resume":
                self.resume()

    def _choice_labelled(self, text: str) -> int | None:
        """The line whose label was typed: what is on the screen counts before what a word means everywhere ("Hủy")."""
        if self.engine.recogniser.number(text) is not None:
            return None
        for index, line in enumerate(self.session.shown, start=1):
            if self.engine.recogniser.same(text, line.label):
                return index
        return None

    def _choice_number(self, text: str, command: Command | None) -> int | None:
        shown = self.session.shown
        number = self.engine.recogniser.number(text)
        if number is not None:
            return number if 1 <= number <= len(shown) else None
        if command in ("yes", "no") and isinstance(self._step(), Confirm):
            return 1 if command == "yes" else 2
        return None

    def _answer_or_errand(self, text: str) -> None:
        """A typed answer, a new question, or neither: the surer reading wins, the step's own before a question equally sure."""
        step, place = self._step(), self.session.at
        read: Read | Problem | None = None
        if isinstance(step, Ask) and step.typed is not None and place is not None and not self.session.ended:
            read = step.typed(text, place.answers, self.world)
        sure = isinstance(read, Problem) or (isinstance(read, Read) and read.strength != "plausible")
        if isinstance(step, Ask) and step.verbatim and read is not None:
            sure = True
        waiting = step is not None and not self.session.ended
        is_number = self.engine.recogniser.number(text) is not None
        seen = None if sure or is_number else self.engine.recogniser.recognise(text, Situation(self.session.topic, waiting), self.world)
        if read is not None and (seen is None or not seen.strong):
            self._answer(read)
        elif seen is not None:
            self.session.misses = 0
            self.interrupt(seen.errand, seen.then)
        else:
            self.missed(text)

    def _answer(self, read: Read | Problem) -> None:
        if isinstance(read, Problem):
            place = self.session.at
            assert place is not None
            self.again(self.text(place.flow, place.step, read.variant, read.fields))
        elif read.strength == "confirm":
            self.session.pending = Pending(read.value, read.label)
            place = self.session.at
            assert place is not None
            self._show_list(
                Outgoing(self.common("read_back", {"answer": read.label}), flow=place.flow, step=place.step),
                [Option("yes", self.common("yes")), Option("no", self.common("choose_again"))], keep=True,
            )
        else:
            self._take(read.value)

    # -- moving -------------------------------------------------------------------------------------------------------

    def _step(self) -> Any:
        place = self.session.at
        return self.engine.flows[place.flow].steps[place.step] if place else None

    def _choose(self, number: int) -> None:
        line = self.session.shown[number - 1]
        self.session.misses = 0
        if self.session.pending is not None:
            self._settle_pending(str(number), None)
        elif line.flow == RESUME.flow:
            self.resume()
        elif line.flow is not None:
            errand = Errand(line.flow, line.answers or {})
            self._pass_over(errand)
            self.start(errand)
        else:
            self._take(line.value)

    def _take(self, value: Any) -> None:
        """The answer to the step that waits."""
        place, step = self.session.at, self._step()
        assert place is not None
        self.session.misses = 0
        self.session.remember()
        if isinstance(step, Confirm):
            self._go(step.yes if value == "yes" else step.no)
            return
        assert isinstance(step, Ask)
        if step.take is not None:
            place.answers = step.take(value, dict(place.answers), self.world)
        else:
            place.answers = {**place.answers, step.name: value}
        self._go(step.after(value))

    def start(self, errand: Errand, before: str = "") -> None:
        """Begins an errand here and now; the present place stays reachable by going back."""
        self.session.remember()
        self.session.ended, self.session.misses, self.session.pending = False, 0, None
        self._before = before
        flow = self.engine.flows[errand.flow]
        if self.session.suspended is not None and self.session.suspended.flow == flow.name:
            self.session.suspended = None
        self.session.at = Place(flow.name, flow.start, dict(errand.answers))
        self._run()

    def interrupt(self, errand: Errand, then: Errand | None = None, before: str = "") -> None:
        """A new errand in the middle of another: that one waits, and is offered again."""
        self._pass_over(errand)
        place = self.session.at
        if place is not None and not self.session.ended and self.engine.flows[place.flow].resumes and place.flow != errand.flow:
            self.session.suspended = Place(place.flow, place.step, dict(place.answers))
        elif then is not None and then.flow != errand.flow and self.session.suspended is None:
            answers = {**then.answers, BEGUN_LATER: True}
            self.session.suspended = Place(then.flow, self.engine.flows[then.flow].start, answers)
        self.start(errand, before)

    def _pass_over(self, errand: Errand) -> None:
        place, step = self.session.at, self._step()
        if place is not None and not self.session.ended and isinstance(step, Ask) and step.passed_over is not None:
            step.passed_over(errand, place.answers, self.world)

    def resume(self) -> None:
        place, self.session.suspended = self.session.suspended, None
        if place is None:
            self.start(self.engine.house.menu)
            return
        if BEGUN_LATER in place.answers:
            self.start(Errand(place.flow, {key: value for key, value in place.answers.items() if key != BEGUN_LATER}))
            return
        self.session.at, self.session.ended = place, False
        self.show()

    def back(self) -> None:
        """To the last place that waited; from the first one to the menu."""
        while self.session.history:
            place = self.session.history.pop()
            if self.session.at is None or (place.flow, place.step, place.answers) != (
                self.session.at.flow, self.session.at.step, self.session.at.answers
            ):
                self.session.at, self.session.ended = place, False
                self.session.pending = None
                self._run(returning=True)
                return
        self.leave_quietly()
        self.start(self.engine.house.menu)

    def leave(self) -> None:
        """Drops the errand; says so when there was one."""
        was_waiting = self.session.at is not None and not self.session.ended and self.session.at.flow != self.engine.house.menu.flow
        self.leave_quietly()
        self.start(self.engine.house.menu, before=self.common("left" if was_waiting else "nothing_to_leave"))

    def leave_quietly(self) -> None:
        for place in (self.session.at if not self.session.ended else None, self.session.suspended):
            if place is not None and BEGUN_LATER not in place.answers and (put_back := self.engine.flows[place.flow].leave) is not None:
                put_back(place.answers, self.world)
        self.session.at, self.session.suspended, self.session.pending = None, None, None
        self.session.history, self.session.ended = [], False

    def _go(self, step: str) -> None:
        assert self.session.at is not None
        self._move(self.session.at, step)
        self._run()

    def _move(self, place: Place, target: str) -> None:
        place.answers = self.engine.flows[place.flow].forgotten(place.step, target, place.answers)
        place.step = target

    def _run(self, returning: bool = False) -> None:
        """Goes on until a step waits or the flow ends."""
        for _ in range(MOST_STEPS_A_TURN):
            place, step = self.session.at, self._step()
            assert place is not None
            match step:
                case Tell():
                    self._say(place, step.say)
                    self._move(place, step.next)
                case Branch():
                    self._move(place, step.to[step.pick(place.answers, self.world)])
                case Do():
                    self._do(place, step)
                case Ask() if not returning and step.take is None and place.answers.get(step.name) is not None:
                    self._move(place, step.after(place.answers[step.name]))
                case Ask():
                    if self._ask(place, step, returning):
                        return
                case Confirm():
                    self.show()
                    return
                case End():
                    self._end(place, step)
                    return
            returning = False
        raise RuntimeError(f"{self.session.at} goes round in a circle")

    def _do(self, place: Place, step: Do[W]) -> None:
        outcome = step.do(place.answers, self.world)
        place.answers = {**place.answers, **outcome.answers}
        if isinstance(outcome, Refused):
            self._move(place, step.otherwise[outcome.why])
            return
        if step.forgets:
            self.session = Session(at=place, serial=self.session.serial, hinted=self.session.hinted)
        if step.final:
            self.session.history = []
        self._move(place, step.next)

    def _ask(self, place: Place, step: Ask[W], returning: bool) -> bool:
        """Shows the step; False when it was passed over."""
        options = list(step.options(place.answers, self.world)) if step.options else []
        if step.options and not options and step.if_none:
            self._move(place, step.if_none)
            return False
        given = None if returning else self._given(place, step)
        value = given.value if isinstance(given, Read) else None
        if value is None and step.alone and len(options) == 1 and options[0].errand is None:
            value = options[0].value
        if value is not None:
            place.answers = {**place.answers, step.name: value}
            self._move(place, step.after(value))
            return False
        problem = given if isinstance(given, Problem) else None
        self.show(options, problem, step.wants if problem is None and not returning else None)
        return True

    def _given(self, place: Place, step: Ask[W]) -> Read | Problem | None:
        """What was said before the question came up counts once."""
        mark = f"{step.name}:given"
        if step.given is None or mark in place.answers:
            return None
        place.answers = {**place.answers, mark: True}
        return step.given(place.answers, self.world)

    # -- saying -------------------------------------------------------------------------------------------------------

    def show(self, options: list[Option] | None = None, problem: Problem | None = None, wants: Contact | None = None) -> None:
        """The step that waits: its question (or what is wrong with the answer given before) and its list."""
        self._asked_from = len(self.said)
        place, step = self.session.at, self._step()
        assert place is not None
        if isinstance(step, End):
            self._end(place, step)
            return
        if isinstance(step, Confirm):
            options = [
                Option("yes", self.text(place.flow, place.step, "yes", {}, "yes")),
                Option("no", self.text(place.flow, place.step, "no", {}, "no")),
            ]
        elif options is None:
            options = list(step.options(place.answers, self.world)) if step.options else []
        if problem is not None:
            say = Say(problem.variant, problem.fields)
        else:
            say = step.say(place.answers, self.world) if step.say else Say("ask")
        self._show_list(replace(self._outgoing(place, say), wants=wants), options)

    def _end(self, place: Place, step: End[W]) -> None:
        self.session.ended = True
        say = step.say(place.answers, self.world) if step.say else Say()
        self._show_list(self._outgoing(place, say), list(step.offers(place.answers, self.world)) if step.offers else [])

    def _say(self, place: Place, saying: Callable[[Answers, W], Say] | None) -> None:
        self._send(self._outgoing(place, saying(place.answers, self.world) if saying else Say()))

    def _outgoing(self, place: Place, say: Say) -> Outgoing:
        if say.topic is not None:
            self.session.topic = dict(say.topic)
        text = self.text(place.flow, place.step, say.variant, say.fields)
        before, self._before = self._before, ""
        return Outgoing(
            text=f"{before}\n{text}" if before else text, tail=say.tail, procedure=say.procedure, facet=say.facet,
            flow=place.flow, step=place.step, once=say.once, ticket=say.ticket,
        )

    def again(self, text: str) -> None:
        """*text*, with the list that is waiting for an answer; the menu's when there is none."""
        if self.session.at is None or (self.session.ended and not self.session.shown):
            self.start(self.engine.house.menu, before=text)
            return
        place = self.session.at
        message = Outgoing(text=text, flow=place.flow, step=place.step)
        self._show_list(message, [_option(line) for line in self.session.shown], keep=True)

    def missed(self, text: str) -> None:
        """Not understood: said differently the second time, and then with a person."""
        self.session.misses += 1
        misses, number = self.session.misses, self.engine.recogniser.number(text)
        if self.session.at is None or self.session.ended:
            if number is not None and self.session.shown:
                self.again(self.common("no_such_number", {"count": str(len(self.session.shown))}, turn=misses - 1))
            elif number is not None:
                self.start(self.engine.house.welcome)
                misses = 0
            else:
                self.start(self.engine.house.unclear(text))
            self.session.misses = misses
            return
        place, turn = self.session.at, misses - 1
        step = self._step()
        if number is None and isinstance(step, Ask) and step.unread is not None:
            step.unread(text, place.answers, self.world)
        if number is not None and self._own_lines():
            said = self.common("no_such_number", {"count": str(len(self._own_lines()))}, turn=turn)
        else:
            said = self._not_understood(place, turn)
        options = [_option(line) for line in self._own_lines()]
        if misses > 1 and all(line.flow != self.engine.house.person.flow for line in self._own_lines()):
            options.append(Option(ADDED, self.common("a_person"), self.engine.house.person))
        self._show_list(Outgoing(text=said, flow=place.flow, step=place.step), options)

    def _not_understood(self, place: Place, turn: int) -> str:
        if self.engine.texts.has(place.flow, place.step, "not_understood"):
            return self.text(place.flow, place.step, "not_understood", {}, turn=turn)
        return self.common("not_understood", turn=turn)

    def _own_lines(self) -> list[Shown]:
        """The list without what the engine added to it."""
        return [line for line in self.session.shown if line.value != ADDED]

    def _show_list(self, message: Outgoing, options: list[Option], *, keep: bool = False) -> None:
        """Sends *message* with a numbered list; ``keep``: the list is the one already shown, or stands in for it."""
        resumable = self.session.suspended
        if resumable is not None and not keep:
            title = self.text(resumable.flow, "title", "say", {})
            how = "do_next" if BEGUN_LATER in resumable.answers else "resume"
            options = [*options, Option(ADDED, self.common(how, {"title": title}), RESUME)]
        if self.session.pending is None:
            self.session.shown = [
                Shown(option.value, option.label, option.errand.flow if option.errand else None,
                      dict(option.errand.answers) if option.errand else None)
                for option in options
            ]
        self.session.serial += 1
        choices = tuple(Choice(option.label, f"c{self.session.serial}.{number}") for number, option in enumerate(options, start=1))
        hint = ""
        if choices and self.session.hinted < HINTS:
            self.session.hinted += 1
            hint = self.common("hint")
        self._send(replace(message, choices=choices, hint=hint))

    def _send(self, message: Outgoing) -> None:
        self.said += split(message)

    def text(self, flow: str, step: str, variant: str, fields: Mapping[str, str], common: str | None = None, turn: int = 0) -> str:
        """A step's text, or *common*'s where the step has none of its own. It begins with a capital, whatever its first field holds."""
        if common is not None and not self.engine.texts.has(flow, step, variant):
            return self.common(common)
        said = self.engine.texts.render(flow, step, variant, {**self._house_fields, **fields}, turn)
        return said[:1].upper() + said[1:]

    def common(self, key: str, fields: Mapping[str, str] | None = None, turn: int = 0) -> str:
        return self.engine.texts.render("common", key, "say", {**self._house_fields, **(fields or {})}, turn)


def _option(line: Shown) -> Option:
    return Option(line.value, line.label, Errand(line.flow, line.answers or {}) if line.flow is not None else None)


def clean(text: str) -> str:
    """*text* without what no citizen means to type (control, zero-width and tag characters), in NFC, at most 2,000 characters."""
    kept = (" " if char in "\n\t\r" else char for char in unicodedata.normalize("NFC", text[: 2 * MOST_CHARACTERS]))
    visible = "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    return " ".join(visible.split())[:MOST_CHARACTERS]


def split(message: Outgoing) -> list[Outgoing]:
    """*message* in parts of at most 2,000 characters each, cut at line ends; list, source and hint go with the last part."""
    if len(as_plain_text(message)) <= MOST_CHARACTERS:
        return [message]
    last_room = MOST_CHARACTERS - len(as_plain_text(replace(message, text=""))) - 1
    parts: list[str] = []
    part = ""
    for line in _short_lines(message.text):
        if part and len(part) + 1 + len(line) > MOST_CHARACTERS:
            parts.append(part)
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    if len(part) > last_room:
        parts.append(part)
        part = ""
    said = [replace(message, text=each, choices=(), tail="", hint="", files=(), ticket=None, wants=None) for each in parts]
    if part:
        return [*said, replace(message, text=part)]
    if message.choices or message.tail or message.hint or message.files or message.ticket or message.wants:
        return [*said[:-1], *_carry(said[-1], message)]
    return said


def _carry(last: Outgoing, message: Outgoing) -> list[Outgoing]:
    """The last lines of *last* move to the message that carries the list, so that it does not stand without a word."""
    head, _, tail_line = last.text.rpartition("\n")
    if not head:
        return [last, replace(message, text="")]
    return [replace(last, text=head), replace(message, text=tail_line)]


def _short_lines(text: str) -> list[str]:
    """Lines, an overlong one cut at blanks."""
    lines: list[str] = []
    for line in text.split("\n"):
        while len(line) > MOST_CHARACTERS:
            cut = line.rfind(" ", 0, MOST_CHARACTERS)
            cut = cut if cut > 0 else MOST_CHARACTERS
            lines.append(line[:cut])
            line = line[cut:].lstrip()
        lines.append(line)
    return lines
