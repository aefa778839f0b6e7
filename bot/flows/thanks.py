"""A word of thanks, answered."""

from bot.dialogue.flow import End, Flow
from bot.flows.emergency import offers
from bot.flows.world import World

THANKS: Flow[World] = Flow("thanks", End("say", offers=offers), resumes=False)
