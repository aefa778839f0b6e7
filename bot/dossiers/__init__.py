"""Dossiers: their codes and misspellings, status, lateness, who may hear of them, follow-ups."""
