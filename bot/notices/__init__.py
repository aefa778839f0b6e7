"""Outgoing messages: the outbox, delivery in order, what is said unasked and when."""
