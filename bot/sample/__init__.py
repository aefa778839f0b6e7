"""Made-up offices, places and dossiers for ``demo`` and ``chat``: nobody's, and citizens are told so."""

import importlib.resources
from pathlib import Path


def sample_dir() -> Path:
    """The folder that ``bot.offices.reader.load_town`` reads the sample town from."""
    return Path(str(importlib.resources.files("bot.sample").joinpath("town.yaml"))).parent
