"""Places that receive dossiers: their counters, hours, phones, and the old names of the areas they serve."""
