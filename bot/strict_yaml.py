"""YAML without surprises, and the only importer of yaml.

Plain YAML reads ``50.000`` as 50.0, ``7:30`` as 450 and ``0123`` as 83, and silently keeps the last of two equal keys. Here every
scalar is text, equal keys are refused, and everything remembers the line it stands on. The results are ordinary ``str``, ``list``
and ``dict`` objects with a ``line`` (counted from 1) besides.
"""

from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
PARSER = f"{_Loader.__name__} {yaml.__version__}"
"""Who reads: another one may read otherwise."""


_WIDTH = 140


class _Dumper(getattr(yaml, "CBaseDumper", yaml.BaseDumper)):  # type: ignore[misc]
    """All scalars are text: no resolver takes ``1.001193`` for a number."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (PyYAML's signature)
        return True


_Dumper.add_multi_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text)))
_Dumper.add_multi_representer(list, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items))
_Dumper.add_multi_representer(dict, lambda dumper, table: dumper.represent_mapping("tag:yaml.org,2002:map", table))


class YamlError(ValueError):
    """What is wrong and where; ``problems`` lists (line, message) pairs."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"line {line}: {message}" for line, message in problems))
        self.problems = problems


class Text(str):
    __slots__ = ("line",)
    line: int


class Items(list[Any]):
    line: int


class Table(dict[str, Any]):
    line: int
    lines: dict[str, int]
    """The line of each key."""


def load(source: str) -> Any:
    """The document in *source* as Text, Items and Table; None when it is empty. Raises YamlError with every equal key at once."""
    try:
        node = yaml.compose(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError([(mark.line + 1 if mark else 1, str(error.problem or error.context))]) from None
    except yaml.YAMLError as error:
        raise YamlError([(1, str(error))]) from None
    if node is None:
        return None
    problems: list[tuple[int, str]] = []
    document = _convert(node, problems)
    if problems:
        raise YamlError(problems)
    return document


def dump(document: Any) -> str:
    """*document* of str, list and dict as YAML that ``load`` reads back equal. Nothing is quoted for looking like a number."""
    return str(yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH))


def _convert(node: yaml.Node, problems: list[tuple[int, str]]) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        text = Text(node.value)
        text.line = line
        return text
    if isinstance(node, yaml.SequenceNode):
        items = Items(_convert(each, problems) for each in node.value)
        items.line = line
        return items
    table = Table()
    table.line, table.lines = line, {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append((key_line, "a key must be plain text"))
            continue
        key = str(key_node.value)
        if key in table:
            problems.append((key_line, f'the key "{key}" stands twice (first on line {table.lines[key]})'))
            continue
        table[key] = _convert(value_node, problems)
        table.lines[key] = key_line
    return table
