"""Paying: where and how, on the official portal only; a payment that went wrong is a person's matter."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, End, Errand, Flow, Option, Say
from bot.flows.telling import Teller
from bot.flows.world import World


def offers(answers: Answers, world: World) -> Sequence[Option]:
    options = []
    if answers.get("procedure"):
        fee = Errand("find_procedure", {**answers, "facet": "fee"})
        options.append(Option("fee", world.words.part("pay_fee", "offer_fee"), fee))
    return [
        *options,
        Option("went_wrong", world.words.part("pay_fee", "offer_went_wrong"), Errand("call_back", {"why": "payment"})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


def how(answers: Answers, world: World) -> Say:
    """The office's account is named only where the office has switched it on; its own fee of the procedure in hand is told at once."""
    procedure, bank = world.catalog.get(answers.get("procedure") or "", world.today), world.town.bank
    own = procedure is not None and procedure.local is not None and procedure.local.fees
    tail = "\n".join(Teller(world, procedure).fee()) if procedure and own else ""
    if bank is None:
        return Say("say", tail=tail)
    return Say("account", {"bank": bank.bank, "number": bank.number, "holder": bank.holder}, tail=tail)


PAY_FEE: Flow[World] = Flow("pay_fee", End("how", say=how, offers=offers), resumes=False)
