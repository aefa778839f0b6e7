"""The officers' side: lists to work from. Reads the domain, decides nothing of it."""
