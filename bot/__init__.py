"""Một Cửa: a citizen's errand at the one-stop office, done in one trip."""
