"""What we stand on at run time may be passed on: MIT, BSD, Apache, MPL, LGPL and PSF licences only."""

import re
import tomllib
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement

from tests.tree import ROOT

GOOD = re.compile(
    r"MIT(-CMU|-0)?|(0)?BSD([- ]?\d[- ]?Clause)?|Apache([- ]?2(\.0)?)?|MPL([- ]?2(\.0)?)?|LGPL([- ]?[23](\.\d)?)?(-only|-or-later|\+)?"
    r"|PSF([- ]?2(\.0)?)?|Python[- ]2(\.0)?|ISC|Unlicense|CC0-1\.0"
)
LONG_NAMES = (
    (r"GNU Lesser General Public License.*|LGPL.*", "LGPL"), (r"Mozilla Public License.*|MPL.*", "MPL"),
    (r"Apache( Software)? License.*|Apache.*", "Apache"), (r".*BSD.*", "BSD"), (r"(The )?MIT( License)?.*", "MIT"),
    (r"Python Software Foundation.*|PSF.*", "PSF"),
)
OURS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> dict[str, str]:
    """Every distribution that ours needs to run, by its name; with what it was asked for."""
    found: dict[str, str] = {}
    waiting = [Requirement(each) for each in OURS["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = key(requirement.name)
        found.setdefault(name, str(requirement))
        asked_as = requirement.extras or {""}
        waiting += [
            further for further in map(Requirement, distribution(name).requires or [])
            if key(further.name) not in found
            and (further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in asked_as))
        ]
    return found


def licence(name: str) -> str:
    """As an expression where the distribution gives one, else from its classifiers, else its own words' first line."""
    metadata = distribution(name).metadata
    if metadata.get("License-Expression"):
        return str(metadata["License-Expression"])
    classifiers = [each.split(" :: ")[-1] for each in metadata.get_all("Classifier") or [] if each.startswith("License :: ")]
    named = [each for each in classifiers if each != "OSI Approved"] or [str(metadata.get("License") or "not given").splitlines()[0]]
    return " OR ".join(short(each) for each in named)


def short(text: str) -> str:
    return next((name for pattern, name in LONG_NAMES if re.fullmatch(pattern, text.strip(), re.IGNORECASE)), text.strip())


def acceptable(expression: str) -> bool:
    """Of alternatives one is enough; of licences that hold together each must be good."""
    return any(
        all(GOOD.fullmatch(part.partition(" WITH ")[0].strip(" ()")) for part in re.split(r" AND ", choice))
        for choice in re.split(r" OR ", expression)
    )


NEEDED = needed()


def test_licences_of_all_that_runs():
    table = {name: licence(name) for name in sorted(NEEDED)}
    print("\n".join(f"{name} {distribution(name).version}: {expression}" for name, expression in table.items()))
    wrong = [f"{name}: {expression}" for name, expression in table.items() if not acceptable(expression)]
    assert not wrong, "\n".join(wrong)


def test_what_we_ask_for_is_in_the_list():
    assert {key(Requirement(each).name) for each in OURS["dependencies"]} <= NEEDED.keys()


def test_our_own_licence_is_one_of_them():
    assert acceptable(OURS["license"])
    assert (ROOT / "LICENSE").is_file()


@pytest.mark.parametrize(("expression", "good"), [
    ("MIT", True), ("BSD-3-Clause", True), ("Apache-2.0 OR BSD-3-Clause", True), ("GPL-3.0-or-later OR MIT", True), ("LGPL-3.0-only", True),
    ("PSF-2.0", True), ("MPL-2.0 AND MIT", True), ("GPL-3.0-only", False), ("AGPL-3.0-only", False), ("MIT AND GPL-2.0-only", False),
    ("not given", False), ("Proprietary", False),
])
def test_the_judge_of_licences(expression, good):
    assert acceptable(expression) is good
