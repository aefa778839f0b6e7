"""A citizen's words -> ranked procedures, and how sure."""
