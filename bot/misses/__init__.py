"""Questions that found nothing, or nothing right: kept without identity, for who looks after the catalogue's phrases."""
