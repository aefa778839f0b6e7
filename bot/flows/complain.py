"""A complaint is kept word for word under a receipt number; a khiếu nại is shown its way; a tố cáo is explained and not taken."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Ask, Branch, Confirm, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.feedback.model import Complaint
from bot.flows.emergency import offers as to_menu
from bot.flows.wording import sample_tail
from bot.flows.world import World
from bot.short_codes import keep_under_new_code, spoken

LEAST_CHARACTERS = 5
APPEAL, DENUNCIATION = "2.002409", "2.002396"
"""The procedures of the law's own written routes: khiếu nại lần đầu, tố cáo tại cấp xã."""
WRITTEN_ROUTES = {APPEAL: "appeal", DENUNCIATION: "denunciation"}


def kinds(_: Answers, world: World) -> Sequence[Option]:
    return [Option(kind, world.words.part("complain", f"kind_{kind}")) for kind in ("complaint", "appeal", "denunciation")]


def has_draft(answers: Answers, _: World) -> str:
    return "yes" if answers.get("draft") else "no"


def ask_draft(answers: Answers, _: World) -> Say:
    return Say("ask", {"words": answers["draft"]})


def words_typed(text: str, _: Answers, __: World) -> Read | Problem | None:
    return Read(text) if len(text) >= LEAST_CHARACTERS else None


def keep(answers: Answers, world: World) -> Done | Refused:
    world.privacy.tell(world.citizen, "complaint")
    words = answers.get("words") or answers["draft"]

    def keep_under(receipt: str) -> bool:
        return world.feedback.keep_complaint(Complaint(receipt, world.citizen, words, world.now))

    return Done({"receipt": keep_under_new_code("P", keep_under)})


def kept(answers: Answers, world: World) -> Say:
    return Say("say", {"receipt": spoken(answers["receipt"])}, tail=sample_tail(world))


def after(answers: Answers, world: World) -> Sequence[Option]:
    call = Errand("call_back", {"why": "complaint", "about": answers["receipt"]})
    return [Option("call_back", world.words.part("complain", "offer_answer"), call), *to_menu(answers, world)]


def appeal_offers(_: Answers, world: World) -> Sequence[Option]:
    return [*_way(APPEAL, world), *_to_menu(world)]


def denunciation_offers(_: Answers, world: World) -> Sequence[Option]:
    return [*_way(DENUNCIATION, world), *_to_menu(world)]


def _way(code: str, world: World) -> list[Option]:
    procedure = world.catalog.get(code, world.today)
    return [Option("way", procedure.label, Errand("find_procedure", {"procedure": code}))] if procedure else []


def _to_menu(world: World) -> list[Option]:
    person = Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "complaint"}))
    return [person, Option("menu", world.words.part("menu", "title"), Errand("menu"))]


COMPLAIN: Flow[World] = Flow(
    "complain",
    Ask("kind", kinds, next={"complaint": "has_draft", "appeal": "appeal", "denunciation": "denunciation"}),
    Branch("has_draft", has_draft, {"yes": "use_draft", "no": "words"}),
    Confirm("use_draft", yes="keep", no="words", say=ask_draft),
    Ask("words", None, next="keep", typed=words_typed, verbatim=True),
    Do("keep", keep, next="kept"),
    End("kept", say=kept, offers=after),
    End("appeal", offers=appeal_offers),
    End("denunciation", offers=denunciation_offers),
)
