"""The importers' words, as the texts have them."""

from bot.commands.catalogue import draft_words
from bot.texts.reader import load_texts

WORDS = draft_words(load_texts())
