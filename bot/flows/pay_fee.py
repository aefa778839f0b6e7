"""Paying: where and how, on the official portal only; a payment that went wrong is a person's matter."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, End, Errand, Flow, Option
from bot.flows.world import World


def offers(answers: Answers, world: World) -> Sequence[Option]:
    options = []
    if answers.get("procedure"):
        fee = Errand("find_procedure", {"procedure": answers["procedure"], "case": answers.get("case"), "facet": "fee"})
        options.append(Option("fee", world.words.part("pay_fee", "offer_fee"), fee))
    return [
        *options,
        Option("went_wrong", world.words.part("pay_fee", "offer_went_wrong"), Errand("call_back", {"why": "payment"})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


PAY_FEE: Flow[World] = Flow("pay_fee", End("how", offers=offers), resumes=False)
