"""One conversation, one file: what is asked, in which order, and where each answer leads."""
