"""Zalo Bot Platform: a bot with a fixed token and no buttons, over plain httpx."""
