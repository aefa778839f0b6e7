"""A flow holds together or does not get built; and each has its three files."""

import importlib
from pathlib import Path

import pytest

from bot.dialogue.flow import Ask, Branch, Confirm, Do, Done, End, Flow, FlowError, Tell
from bot.flows.all_flows import ALL_FLOWS
from tests.tree import ROOT

NOT_FLOWS = {
    "__init__", "all_flows", "world", "reception", "telling", "wording", "procedure_words", "questions", "dossier_notices",
    "post_words", "post_draft", "post_notices",
}
"""Modules of bot/flows that hold what flows share."""
NOT_OF_A_FLOW = {
    "common", "wording", "telling", "deciding", "web", "demo", "dossier_notices", "post_words", "post_notices", "closing",
    "desk", "morning", "changes", "drafts", "dossiers", "office", "office_workbook", "local_workbook", "post_desk",
    "zalo",
}
"""Texts that belong to no single flow."""

FLOWS = pytest.mark.parametrize("flow", ALL_FLOWS, ids=lambda flow: flow.name)


def stems(folder: str, pattern: str) -> set[str]:
    return {Path(path).stem for path in (ROOT / folder).glob(pattern)}


def test_every_module_of_flows_is_in_the_list():
    """A flow that nobody starts would still have its texts and tests."""
    assert sorted(each.name for each in ALL_FLOWS) == sorted(stems("bot/flows", "*.py") - NOT_FLOWS)


def test_no_name_stands_twice():
    names = [each.name for each in ALL_FLOWS]
    assert sorted(names) == sorted(set(names))


@FLOWS
def test_a_flow_is_the_constant_of_its_module(flow):
    module = importlib.import_module(f"bot.flows.{flow.name}")
    assert getattr(module, flow.name.upper()) is flow


def test_one_name_in_three_places():
    names = {each.name for each in ALL_FLOWS}
    missing = [
        *(f"bot/flows/{name}.py" for name in sorted(names - stems("bot/flows", "*.py"))),
        *(f"bot/texts/vi/{name}.yaml" for name in sorted(names - stems("bot/texts/vi", "*.yaml"))),
        *(f"tests/conversations/test_{name}.py" for name in sorted(names) if not (ROOT / f"tests/conversations/test_{name}.py").is_file()),
    ]
    assert not missing, "missing:\n" + "\n".join(missing)


def test_no_text_is_left_of_a_flow_that_is_gone():
    assert sorted(stems("bot/texts/vi", "*.yaml") - NOT_OF_A_FLOW - {each.name for each in ALL_FLOWS}) == []


# -- building -------------------------------------------------------------------------------------------------------------


def test_a_wrong_name_fails_when_the_flow_is_built():
    with pytest.raises(FlowError, match='visit: "day" leads to "huor", which is no step'):
        Flow("visit", Ask("day", None, next="huor"), End("hour"))


@pytest.mark.parametrize("step", [
    Ask("first", None, next={"a": "end", "*": "nowhere"}),
    Ask("first", None, next="end", if_none="nowhere"),
    Confirm("first", yes="end", no="nowhere"),
    Tell("first", next="nowhere"),
    Branch("first", lambda answers, world: "a", {"a": "end", "b": "nowhere"}),
    Do("first", lambda answers, world: Done(), next="end", otherwise={"taken": "nowhere"}),
], ids=lambda step: type(step).__name__)
def test_every_kind_of_step_is_held_to_its_targets(step):
    with pytest.raises(FlowError, match="nowhere"):
        Flow("visit", step, End("end"))


def test_a_step_that_nobody_reaches_fails():
    with pytest.raises(FlowError, match="visit: nothing leads to lonely, lost"):
        Flow("visit", Tell("hello", next="end"), End("end"), Tell("lonely", next="lost"), End("lost"))


def test_a_circle_that_nobody_enters_is_not_reached():
    with pytest.raises(FlowError, match="nothing leads to a, b"):
        Flow("visit", End("end"), Tell("a", next="b"), Tell("b", next="a"))


def test_a_name_that_stands_twice_fails():
    with pytest.raises(FlowError, match='visit: the step "end" stands twice'):
        Flow("visit", Tell("hello", next="end"), End("end"), End("end"))


def test_a_flow_without_steps_fails():
    with pytest.raises(FlowError, match="visit: has no steps"):
        Flow("visit")


# -- drawing --------------------------------------------------------------------------------------------------------------


@FLOWS
def test_a_drawing_has_every_step_and_every_way(flow):
    lines = flow.draw().splitlines()
    assert lines[0] == "flowchart TD"
    for step in flow.steps.values():
        assert any(line.startswith(f"    {step.name}") and f"{step.name}" in line[len(step.name) + 4:] for line in lines), step.name
        drawn = {line.rpartition(" ")[2] for line in lines if line.startswith(f"    {step.name} -->")}
        assert drawn == step.leads()


def test_no_step_has_a_name_that_mermaid_keeps_for_itself():
    reserved = {"end", "graph", "flowchart", "subgraph", "class", "click", "style", "default"}
    assert [f"{flow.name}.{step}" for flow in ALL_FLOWS for step in flow.steps if step in reserved] == []


def test_a_drawing_is_mermaid():
    ask, confirm = Ask("day", None, next={"none": "sorry", "*": "sure"}), Confirm("sure", yes="bye", no="day")
    flow = Flow("visit", ask, confirm, End("sorry"), End("bye"))
    assert flow.draw().splitlines() == [
        "flowchart TD",
        "    day[/day/]", "    day -->|none| sorry", "    day -->|*| sure",
        "    sure[/sure/]", "    sure -->|yes| bye", "    sure -->|no| day",
        "    sorry([sorry])", "    bye([bye])",
    ]
