"""Zalo's Official Account: buttons, a form of its own, templates where its window is closed; tokens that live for a day."""
