"""Other systems that we read from or hand to; none of them is trusted to be tidy."""
