"""Who came to the counter, who was served, and who was sent home although everything was there."""
