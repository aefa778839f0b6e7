"""What was held against the reference, or that nothing was, stands at the end of the run."""

import pytest

LINES: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.fixture(scope="session")
def at_the_end(request) -> list[str]:
    """Lines for the end of the run: captured output would show them only where a test fails."""
    return request.config.stash.setdefault(LINES, [])


def pytest_terminal_summary(terminalreporter, config):
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section("the catalogue and the reference")
        for line in lines:
            terminalreporter.write_line(line)
