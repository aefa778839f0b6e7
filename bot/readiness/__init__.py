"""Are my papers complete? A list ticked off at home, and a short code that the counter can read."""
