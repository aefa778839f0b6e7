"""What a message is: its intent, the dossier code, the date and the facet it names."""
