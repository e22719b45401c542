"""Changes to inputs: `--set path=value`, mappings of a script, and the `changes` of a variant.

A path is ``table.id[.id...].column`` with the table's key columns in order, or ``block.key`` for a setting.
An id may be `*` (all), and `[column=value]` filters may stand in place of an id or behind one::

    budgets.2026.all.budget_musd       runs.*.value_musd
    runs.[team=fair].value_musd        halls.alpha.*[cooling=air].price_musd_per_mw

A value `*0.8` multiplies, `+12` adds, `-5` subtracts, anything else sets; a leading `=` sets whatever follows
(``=-5`` sets minus five). Dates move by months. An empty key cell (a table's `gang_size`) is written `any`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from planner.core.errors import InputError, Problem
from planner.core.rules import nearest
from planner.data.reading.cells import BadCell, is_empty, parse_number, shown
from planner.data.reading.load_tables import one_cell
from planner.data.reading.raw import Entry, MapNode, Node, Operator, Override, Place, Scalar, Unreadable

SHORT: Mapping[str, Operator] = {"*": "multiply", "+": "add", "-": "subtract", "=": "set"}
OPERATORS: tuple[Operator, ...] = ("set", "add", "subtract", "multiply")
_SHAPE = "must be {path, one of set | add | subtract | multiply, why}"
_PART = re.compile(r"(?:\[[^\]]*\]|[^.\[\]])+")
_FILTER = re.compile(r"\[([^=\[\]]*)=([^\[\]]*)\]")

__all__ = ["OPERATORS", "Override", "OverridePath", "Part", "overrides_from_mapping", "parse_override", "parse_path"]


@dataclass(frozen=True, slots=True)
class Part:
    """One id of a path: the id (`None` for all) and filters on columns of the row."""

    id: str | None
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OverridePath:
    """A path taken apart: table or settings block, one part for each id, column."""

    head: str
    parts: tuple[Part, ...]
    column: str


def parse_path(text: str) -> OverridePath:
    """The parts of a path.

    Raises
    ------
    BadCell
        If it is not of the form table.id[.id...].column.
    """
    pieces = _PART.findall(text)
    if ".".join(pieces) != text or len(pieces) < 2:
        raise BadCell("override_syntax", "must be a path such as table.id.column or block.key", text or "nothing")
    head, *ids, column = (piece.strip() for piece in pieces)
    if "[" in head or "[" in column:
        raise BadCell("override_syntax", "filters stand on ids, not on the table or the column", text)
    return OverridePath(head, tuple(_parse_part(piece, text) for piece in ids), column)


def _parse_part(piece: str, text: str) -> Part:
    name, bracket, rest = piece.partition("[")
    filters = _FILTER.findall(bracket + rest)
    if "".join(f"[{column}={value}]" for column, value in filters) != bracket + rest or not piece:
        raise BadCell("override_syntax", "must have filters of the form [column=value]", text)
    stripped = tuple((column.strip(), value.strip()) for column, value in filters)
    return Part(None if name.strip() in ("", "*") else name.strip(), stripped)


def parse_override(text: str, source: str = "--set") -> Override:
    """The override of ``path=value`` as typed in a shell.

    Parameters
    ----------
    text
        ``budgets.2026.all.budget_musd=*0.8``.
    source
        The name to show as the file in problems.

    Raises
    ------
    InputError
        If it is not of that form, or the amount of `+`, `-` or `*` is not a number.
    """
    depth, at = 0, -1
    for i, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "=" and depth <= 0:
            at = i
            break
    if at < 1:
        message = "must be path=value, such as budgets.2026.all.budget_musd=*0.8"
        raise InputError([Problem("override_syntax", message, source, got=shown(text))])
    return _override(text[:at].strip(), text[at + 1 :], Place(source))


def overrides_from_mapping(changes: Mapping[str, object]) -> list[Override]:
    """The overrides of a mapping of path to value; text as in `parse_override`, other values set.

    Raises
    ------
    InputError
        With every entry that is malformed.
    """
    found: list[Override] = []
    problems: list[Problem] = []
    for path, value in changes.items():
        try:
            found.append(_override(path, value, Place("override")))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _override(path: str, value: object, place: Place) -> Override:
    """An override from its short form; raises `InputError`."""
    op: Operator = "set"
    if isinstance(value, str) and value.strip()[:1] in SHORT:
        op, value = SHORT[value.strip()[0]], value.strip()[1:].strip()
    try:
        parse_path(path)
        typed = _operand(op, value)
    except BadCell as bad:
        raise InputError([place.problem(bad.rule, path, bad.message, bad.got, bad.near)]) from None
    return Override(path, op, typed, None, place)


def _operand(op: Operator, value: object) -> object:
    """The value of an override, frozen; a number for all operators but `set`."""
    if op == "set":
        return tuple(value) if isinstance(value, list | tuple) else None if is_empty(value) else value
    number = parse_number(value.strip() if isinstance(value, str) else value)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def read_change(node: Node, path: str, layer: int) -> tuple[Override | None, list[Problem]]:
    """An entry of a variant's `changes`, or the problems in it."""
    if not isinstance(node, MapNode):
        return None, [node.place.problem("change_shape", path, _SHAPE)]
    problems: list[Problem] = []
    for entry in node.entries:
        if entry.key not in ("path", "why", *OPERATORS):
            near = nearest(entry.key, ("path", "why", *OPERATORS))
            problems.append(entry.place.problem("unknown_key", path, _SHAPE, entry.key, near))
    held = node.as_dict()
    where, why = _text(held.get("path")), _text(held.get("why"))
    found = [entry for entry in node.entries if entry.key in OPERATORS]
    if not where or len(found) != 1:
        if not problems:
            problems.append(node.place.problem("change_shape", path, _SHAPE))
        return None, problems
    if not why:
        problems.append(node.place.problem("change_without_why", where, "must say why the input is changed"))
    change, more = _read_change(where, found[0], why, layer)
    return change, [*problems, *more]


def _read_change(path: str, entry: Entry, why: str | None, layer: int) -> tuple[Override | None, list[Problem]]:
    op = next(op for op in OPERATORS if op == entry.key)
    place = entry.node.place
    cell = one_cell(entry.node)
    if cell is None:
        return None, [place.problem("not_one_value", path, "must be one value or a list of values")]
    if isinstance(cell.value, Unreadable):
        return None, []
    try:
        parse_path(path)
        value = _operand(op, cell.value)
    except BadCell as bad:
        return None, [place.problem(bad.rule, path, bad.message, bad.got, bad.near)]
    return Override(path, op, value, why, place, layer), []


def _text(node: Node | None) -> str | None:
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.strip():
        return node.value.strip()
    return None
