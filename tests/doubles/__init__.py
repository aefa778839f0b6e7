"""Stand-ins for other people's systems, each startable by hand."""
