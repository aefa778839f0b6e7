"""Personal data: what is said before asking, what is kept how long, seeing, erasing, withdrawing; masking."""
