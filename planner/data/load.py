"""Reading a scenario: scenario.yaml, its CSV tables, and the scenarios it extends."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from planner.core.declare import Column
from planner.core.errors import InputError, Problem
from planner.core.rules import nearest
from planner.data.overrides import read_change
from planner.data.reading.cells import BadCell, is_empty, parse_cell, shown
from planner.data.reading.load_tables import csv_tables, inline_tables, read_text
from planner.data.reading.raw import (
    Layer,
    ListNode,
    MapNode,
    Node,
    Override,
    Place,
    RawScenario,
    Scalar,
    Unreadable,
    to_node,
)
from planner.data.reading.yaml_text import read_yaml
from planner.data.resources import resource_dir

__all__ = ["FORMAT", "RESERVED", "SCENARIO_FILE", "RawScenario", "bundled_names", "locate", "read_scenario"]

FORMAT = 1
SCENARIO_FILE = "scenario.yaml"
RESERVED = ("format", "name", "title", "extends", "changes", "tables")
_TEXT = Column("title", "text", "one line of text")


def read_scenario(source: str | Path | Mapping[str, object]) -> RawScenario:
    """A scenario as written, with everything it extends; nothing is typed or judged yet.

    Parameters
    ----------
    source
        A folder with scenario.yaml and CSV tables (or that file), the name of a bundled scenario, or the
        same document as a mapping: ``{"name": ..., "calendar": {...}, "tables": {"runs": [{...}]}}``.

    Returns
    -------
    The raw scenario; problems met on the way are kept in it and reported by `resolve` with all others.

    Raises
    ------
    InputError
        If the scenario cannot be read at all: not found, not YAML, or what it extends is missing.
    """
    reading = _Reading()
    if isinstance(source, Mapping):
        node = to_node(source, Place())
        assert isinstance(node, MapNode)
        reading.document(node, None, ())
        default = "inline"
    else:
        folder = locate(Path(source))
        if folder is None:
            message, near = _not_found(Path(source))
            raise InputError([Problem("scenario_not_found", message, got=shown(source), near=near)])
        reading.folder(folder, ())
        default = folder.resolve().name
    name = reading.name or default
    return RawScenario(name, reading.title or name, tuple(reading.layers), tuple(reading.problems))


def bundled_names() -> list[str]:
    """Names of the bundled scenarios, as `read_scenario` takes them."""
    root = resource_dir("scenarios")
    return sorted(path.parent.relative_to(root).as_posix() for path in root.rglob(SCENARIO_FILE))


def locate(source: Path, beside: Path | None = None) -> Path | None:
    """The folder of a scenario: as a path (from `beside` if given), else among the bundled ones."""
    places = [beside / source if beside else source]
    if not source.is_absolute():
        parts = source.parts[1:] if source.parts[:1] == ("scenarios",) else source.parts
        places.append(resource_dir("scenarios").joinpath(*parts))
    for place in places:
        folder = place.parent if place.name == SCENARIO_FILE else place
        try:
            if (folder / SCENARIO_FILE).is_file():
                return Path(os.path.normpath(folder))
        except OSError:
            continue
    return None


def _not_found(source: Path) -> tuple[str, str | None]:
    if os.path.isdir(source):  # noqa: PTH112 - unlike Path.is_dir it also takes names no file system allows
        return f"the folder has no {SCENARIO_FILE}", None
    return "no such scenario folder, and no bundled scenario of that name", nearest(source.as_posix(), bundled_names())


class _Reading:
    """Collects layers (lowest first) and problems while following `extends`."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.problems: list[Problem] = []
        self.name: str | None = None
        self.title: str | None = None

    def fail(self, problem: Problem) -> InputError:
        return InputError([*self.problems, problem])

    def folder(self, folder: Path, above: tuple[Path, ...]) -> None:
        file = folder / SCENARIO_FILE
        text, problem = read_text(file)
        if problem:
            raise self.fail(problem)
        node, problems = read_yaml(text, file.as_posix())
        self.problems += problems
        if node is None:
            raise InputError(self.problems)
        if isinstance(node, Scalar) and is_empty(node.value):
            node = MapNode((), node.place)
        if not isinstance(node, MapNode):
            raise self.fail(node.place.problem("not_a_mapping", "", "must be a mapping of keys to values"))
        self.document(node, folder, above)

    def document(self, node: MapNode, folder: Path | None, above: tuple[Path, ...]) -> None:
        keys = node.as_dict()
        self.check_format(keys.get("format"), node.place, folder is not None)
        extends = keys.get("extends")
        if extends is not None:
            self.extends(extends, folder, above)
        self.name = self.text(keys.get("name"), "name")
        self.title = self.text(keys.get("title"), "title") or self.title
        settings = tuple(entry for entry in node.entries if entry.key not in RESERVED)
        if extends is not None:
            for entry in settings:
                message = "a variant alters settings by `changes`, with the reason in `why`"
                self.problems.append(entry.place.problem("variant_setting", entry.key, message))
            settings = ()
        tables, problems = inline_tables(keys.get("tables"))
        if folder is not None:
            found, more = csv_tables(folder, {table.name: table.place for table in tables})
            tables, problems = [*found, *tables], [*problems, *more]
        self.problems += problems
        changes = self.changes(keys.get("changes"))
        self.layers.append(Layer(node.place, settings, tuple(tables), tuple(changes)))

    def check_format(self, node: Node | None, place: Place, required: bool) -> None:
        if node is None:
            if required:
                self.problems.append(place.problem("format_version", "format", f"must be stated: `format: {FORMAT}`"))
            return
        value = node.value if isinstance(node, Scalar) else None
        if str(value).strip() != str(FORMAT):
            message = f"must be {FORMAT}, the format this version reads"
            self.problems.append(node.place.problem("format_version", "format", message, shown(value)))

    def extends(self, node: Node, folder: Path | None, above: tuple[Path, ...]) -> None:
        name = self.text(node, "extends")
        if name is None:
            raise self.fail(node.place.problem("extends_missing", "extends", "must name a scenario"))
        base = locate(Path(name), folder)
        if base is None:
            message, near = "no such scenario, neither from this folder nor bundled", nearest(name, bundled_names())
            raise self.fail(node.place.problem("extends_missing", "extends", message, shown(name), near))
        chain = (*above, folder.resolve()) if folder else above
        if base.resolve() in chain:
            said = " -> ".join(path.name for path in (*chain, base.resolve()))
            raise self.fail(node.place.problem("extends_cycle", "extends", "must not lead back to itself", said))
        self.folder(base, chain)

    def text(self, node: Node | None, key: str) -> str | None:
        """One line of text of a top-level key, if it is given and sound."""
        if node is None or (isinstance(node, Scalar) and (is_empty(node.value) or isinstance(node.value, Unreadable))):
            return None
        if not isinstance(node, Scalar):
            self.problems.append(node.place.problem("not_one_value", key, "must be one line of text"))
            return None
        value = node.value.as_posix() if isinstance(node.value, Path) else node.value
        try:
            text = str(parse_cell(_TEXT, value))
        except BadCell as bad:
            self.problems.append(node.place.problem(bad.rule, key, bad.message, bad.got, bad.near))
            return None
        if key == "name" and not _is_name(text):
            guess = "".join(c if _is_name(f"a{c}") else "-" for c in text.lower()).strip("-_0123456789")
            message = "must start with a small letter and hold only small letters, digits, - and _"
            near = guess if _is_name(guess) else None
            self.problems.append(node.place.problem("name_pattern", key, message, shown(text), near))
        return text

    def changes(self, node: Node | None) -> Sequence[Override]:
        if node is None or (isinstance(node, Scalar) and is_empty(node.value)):
            return []
        if not isinstance(node, ListNode):
            message = "must be a list of {path, set | add | subtract | multiply, why}"
            self.problems.append(node.place.problem("not_a_list", "changes", message))
            return []
        found: list[Override] = []
        for number, item in enumerate(node.items, 1):
            change, problems = read_change(item, f"changes[{number}]", len(self.layers))
            self.problems += problems
            found += [change] if change else []
        return found


def _is_name(text: str) -> bool:
    return text[:1].islower() and text.isascii() and all(c.islower() or c.isdigit() or c in "-_" for c in text)
