"""The post: what it is handed, and what it tells of it."""
