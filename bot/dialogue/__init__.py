"""A conversation: messages, flows, the session, the engine. Knows no procedure; could run a pizzeria's bot unchanged."""
