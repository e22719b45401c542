"""Applying overrides to the working copy: which cells a path means, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from planner.core.declare import Cell, Column
from planner.core.rules import nearest
from planner.data.fill import Filler
from planner.data.overrides import OverridePath, Part, parse_path
from planner.data.reading.cells import BadCell, is_empty, parse_cell, parse_number, shift_date, shown
from planner.data.reading.raw import Override
from planner.data.reading.sheets import Sheet, SheetRow, Workbook, key_text, type_column


def apply_override(book: Workbook, filler: Filler, override: Override) -> None:
    """Change the cells that an override means; what is wrong with it is noted."""
    try:
        path = parse_path(override.path)
        sheet = _sheet(book, path)
        column = _column(sheet, path)
        numbers = list(_rows(sheet, filler, path, override.layer))
    except BadCell as bad:
        book.problems.append(override.place.problem(bad.rule, override.path, bad.message, bad.got, bad.near))
        return
    for number in numbers:
        row = sheet.rows[number]
        if override.op != "set" and column.name in row.bad:
            continue
        try:
            _change(sheet, row, column, filler, override)
        except BadCell as bad:
            book.note(sheet, number, column.name, bad, override.place)


def _sheet(book: Workbook, path: OverridePath) -> Sheet:
    if path.head in book.sheets:
        return book.sheets[path.head]
    near = nearest(path.head, book.sheets)
    raise BadCell("override_unknown_table", "no such table or settings block in this scenario", path.head, near)


def _column(sheet: Sheet, path: OverridePath) -> Column:
    column = sheet.columns.get(path.column)
    if column is None:
        near = nearest(path.column, sheet.columns)
        raise BadCell("override_unknown_column", f"no such column of {path.head}", path.column, near)
    if path.column in sheet.table.key and column.kind != "date":  # a date moves (a delivery slips), an id does not
        raise BadCell("override_key_column", "an id is not changed: the row would be another", path.column)
    return type_column(sheet.table, column)


def _rows(sheet: Sheet, filler: Filler, path: OverridePath, layer: int | None) -> Iterator[int]:
    """Numbers of the rows that a path means, of the layers the override sees."""
    keys = sheet.table.key
    if len(path.parts) < len(keys) or (len(path.parts) > len(keys) and not keys):
        form = ".".join([path.head, *(key.upper() for key in keys), "column"])
        raise BadCell("override_path_length", f"must be {form}", ".".join(_said(part) for part in path.parts) or None)
    for part in path.parts:
        for name, _ in part.filters:
            if name not in sheet.columns:
                near = nearest(name, sheet.columns)
                raise BadCell("override_unknown_column", f"no such column of {path.head}", name, near)
    seen = [i for i, row in enumerate(sheet.rows) if layer is None or row.layer <= layer]
    named = [i for i in seen if _ids_match(_ids(sheet, i), path.parts)]
    if not named:
        raise _no_row(sheet, path, seen)
    chosen = [i for i in named if all(_passes(sheet, filler, i, part) for part in path.parts)]
    if not chosen:
        raise BadCell("override_no_match", "no row passes the filters")
    yield from chosen


def _ids(sheet: Sheet, number: int) -> list[str]:
    return [key_text(sheet.rows[number].cells.get(key)) for key in sheet.table.key]


def _ids_match(ids: Sequence[str], parts: Sequence[Part]) -> bool:
    """Whether ids are those of a path, where an id may itself hold dots (`site.hall`, `1.5`)."""
    if not ids:
        return not parts
    if len(parts) == len(ids):
        return all(part.id is None or part.id == name for part, name in zip(parts, ids, strict=True))
    taken = ids[0].count(".") + 1
    whole = parts[0].id is None or ".".join(str(part.id) for part in parts[:taken]) == ids[0]
    if parts[0].id is None:
        taken = 1
    return whole and len(parts) >= taken and _ids_match(ids[1:], parts[taken:])


def _no_row(sheet: Sheet, path: OverridePath, seen: Iterable[int]) -> BadCell:
    known = [_ids(sheet, i) for i in seen]
    if not known:
        return BadCell("override_no_match", f"{path.head} has no rows")
    left = known
    for position, part in enumerate(path.parts[: len(sheet.table.key)]):
        names = dict.fromkeys(ids[position] for ids in left)
        if part.id is not None and part.id not in names:
            key = sheet.table.key[position]
            return BadCell("override_unknown_id", f"no such {key} in {path.head}", part.id, nearest(part.id, names))
        left = [ids for ids in left if part.id in (None, ids[position])]
    said = ".".join(_said(part) for part in path.parts)
    near = nearest(said, [".".join(ids) for ids in known])
    return BadCell("override_unknown_id", f"no such row of {path.head}", said, near)


def _said(part: Part) -> str:
    return part.id or "*"


def _passes(sheet: Sheet, filler: Filler, number: int, part: Part) -> bool:
    row = sheet.rows[number]
    for name, wanted in part.filters:
        column = type_column(sheet.table, sheet.columns[name])
        value, _ = filler.value(sheet, row, column)
        if name in row.bad or not _equals(column, value, wanted):
            return False
    return True


def _equals(column: Column, value: Cell, wanted: str) -> bool:
    """Whether a cell has the value of a filter; a list has it if it holds it; empty matches empty."""
    if is_empty(wanted) or value is None:
        return is_empty(wanted) and value is None
    if isinstance(value, list):
        return wanted in [str(item) for item in value]
    try:
        return parse_cell(column, wanted) == value
    except BadCell:
        return False


def _change(sheet: Sheet, row: SheetRow, column: Column, filler: Filler, override: Override) -> None:
    from_catalogue = False
    if override.op == "set":
        value = override.value
    else:
        value, from_catalogue = _computed(sheet, row, column, filler, override)
    row.cells.pop(column.name, None)
    row.from_catalogue.discard(column.name)
    row.bad.discard(column.name)
    row.places[column.name] = override.place
    if not is_empty(value):
        row.cells[column.name] = parse_cell(column, value)
        if from_catalogue:
            row.from_catalogue.add(column.name)


def _computed(sheet: Sheet, row: SheetRow, column: Column, filler: Filler, override: Override) -> tuple[object, bool]:
    """The value an arithmetic override leads to, and whether it rests on a catalogue cell."""
    value, from_catalogue = filler.value(sheet, row, column)
    amount = parse_number(override.value)
    if column.kind not in ("number", "integer", "date") or (column.kind == "date" and override.op == "multiply"):
        message = f"{column.name} is {column.kind}: only numbers and dates can be shifted, only numbers multiplied"
        raise BadCell("override_not_numeric", message, f"{override.op} {shown(override.value)}")
    if value is None:
        message = f"{override.op} needs a known value, and this one is unknown: set it"
        raise BadCell("override_unknown_value", message)
    signed = -amount if override.op == "subtract" else amount
    if isinstance(value, str):
        if not signed.is_integer():
            raise BadCell("not_an_integer", "a date moves by whole months", shown(override.value))
        return shift_date(value, int(signed)), from_catalogue
    assert isinstance(value, int | float)
    return (value * signed if override.op == "multiply" else value + signed), from_catalogue
