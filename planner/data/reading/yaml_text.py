"""YAML with places: scalars stay text, so that one mechanism types the cells of YAML and CSV alike."""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from planner.core.errors import Problem
from planner.data.reading.raw import Entry, ListNode, MapNode, Node, Place, Scalar, Unreadable

_CORE = "tag:yaml.org,2002:"
_KINDS = ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")
_KNOWN_TAGS = frozenset(_CORE + kind for kind in _KINDS)
_YamlNode = MappingNode | ScalarNode | SequenceNode


def read_yaml(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The document as nodes with places; `None` where it cannot be read at all.

    Duplicate keys, anchors and foreign tags are problems; the rest of the document is still read.
    """
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        return None, [place.problem("yaml_syntax", "", f"is not valid YAML: {error.problem or error.context}")]
    except (YAMLError, ValueError, RecursionError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        return None, [Place(file, 1).problem("yaml_syntax", "", f"is not valid YAML: {said}")]
    reader = _Reader(file)
    if root is None:
        return MapNode((), Place(file, 1, 1)), []
    try:
        node = reader.node(root, "")
    except RecursionError:
        return None, [Place(file, 1).problem("yaml_syntax", "", "is not valid YAML: nested too deeply")]
    return node, reader.problems


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def place(self, node: _YamlNode) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def node(self, node: _YamlNode, path: str) -> Node:
        place = self.place(node)
        if id(node) in self.seen:
            self.problems.append(place.problem("yaml_alias", path, "anchors and aliases are not used; write it out"))
            return Scalar(Unreadable.NOTED, place)
        self.seen.add(id(node))
        if str(node.tag) not in _KNOWN_TAGS:
            self.problems.append(place.problem("yaml_tag", path, "tags are not used", str(node.tag)))
        if isinstance(node, ScalarNode):
            empty = node.style is None and str(node.tag) == _CORE + "null"
            return Scalar(None if empty else node.value, place)
        if isinstance(node, SequenceNode):
            return ListNode(tuple(self.node(item, f"{path}[{i}]") for i, item in enumerate(node.value, 1)), place)
        return self.mapping(node, path)

    def mapping(self, node: MappingNode, path: str) -> MapNode:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            place = self.place(key_node)
            if not isinstance(key_node, ScalarNode):
                self.problems.append(place.problem("unknown_key", path, "a key is plain text"))
                continue
            key = str(key_node.value)
            inner = f"{path}.{key}" if path else key
            if key in entries:
                first = entries[key].place
                message = f"the key stands already in line {first.line}"
                self.problems.append(place.problem("duplicate_key", inner, message))
            entries[key] = Entry(key, place, self.node(value_node, inner))
        return MapNode(tuple(entries.values()), self.place(node))
