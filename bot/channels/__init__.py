"""Wires. A channel carries and decides nothing: it reads an event in, and sends a message out."""
