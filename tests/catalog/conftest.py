"""What was held against the reference, or that nothing was, stands at the end of the run."""

from collections.abc import Callable

import pytest

AT_THE_END = "at the end"


@pytest.fixture
def at_the_end(record_property) -> Callable[[str], None]:
    """Takes a line for the end of the run: captured output would show it only where a test fails. It travels with the test's report,
    from whichever process ran it.
    """
    return lambda line: record_property(AT_THE_END, line)


def pytest_terminal_summary(terminalreporter):
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.stats.get(outcome, [])]
    lines = [line for report in reports for name, line in getattr(report, "user_properties", ()) if name == AT_THE_END]
    if lines:
        terminalreporter.section("the catalogue and the reference")
        for line in lines:
            terminalreporter.write_line(line)
