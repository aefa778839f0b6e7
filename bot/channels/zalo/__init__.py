"""Zalo, two wires: the Bot Platform and the Official Account. What both need of pictures is ``media``."""
