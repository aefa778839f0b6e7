"""Failures that cross a border between packages, each with what to do about it."""


class MotCuaError(Exception):
    """Base of what this program raises on purpose; its text may be shown to an operator."""


class SettingsError(MotCuaError):
    """A setting is missing or wrong; the text names the variable and what to write. Exit status 2."""


class CatalogError(MotCuaError):
    """The catalogue has errors; start-up refuses it. ``problems`` holds one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"the catalogue has {len(problems)} errors:\n" + "\n".join(problems))
        self.problems = problems


class PhraseRefused(MotCuaError):
    """A phrase cannot be added to the catalogue; the text says why and what to do. Nothing was written."""


class StoreUnavailable(MotCuaError):
    """The database does not answer; nothing was changed and the work may be tried again."""


class SchemaOutdated(MotCuaError):
    """The database is of an earlier release; run ``python -m bot db upgrade``. Exit status 2."""


class BackupRefused(MotCuaError):
    """A backup or a restore could not be made; the text says why and what to do. What was there is as it was."""
