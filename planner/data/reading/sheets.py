"""The working copy of a scenario while it is resolved: typed cells with their places, and what is wrong so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from planner.core.declare import Cell, Column, Table
from planner.core.errors import Problem
from planner.core.rules import nearest
from planner.data.reading.cells import BadCell, is_empty, parse_cell, shown
from planner.data.reading.load_tables import row_of
from planner.data.reading.raw import Entry, MapNode, Place, RawRow, RawScenario, RawTable, Scalar, Unreadable

NOTES = (
    Column("source", "text", "citation, where the row states facts", "", None),
    Column("assumption", "text", "why the row is assumed, where it is", "", None),
)


@dataclass(slots=True)
class SheetRow:
    """A row: the cells that are given, typed; `bad` are the columns whose problem is noted."""

    cells: dict[str, Cell]
    places: dict[str, Place]
    place: Place
    layer: int
    bad: set[str] = field(default_factory=set)
    from_catalogue: set[str] = field(default_factory=set)

    def place_of(self, column: str) -> Place:
        return self.places.get(column, self.place)

    def copy(self) -> SheetRow:
        cells, places = dict(self.cells), dict(self.places)
        return SheetRow(cells, places, self.place, self.layer, set(self.bad), set(self.from_catalogue))


@dataclass(slots=True)
class Sheet:
    """A table (or a settings block as its one row) while it is resolved."""

    table: Table
    columns: Mapping[str, Column]
    rows: list[SheetRow] = field(default_factory=list)

    def path(self, number: int, column: str = "") -> str:
        """The path of a row or cell, as overrides write it; by row number where a key is missing."""
        row = self.rows[number]
        if not self.table.key:
            name = self.table.name
        elif any(key in row.bad for key in self.table.key):
            name = f"{self.table.name}[{number + 1}]"
        else:
            name = ".".join([self.table.name, *(key_text(row.cells.get(key)) for key in self.table.key)])
        return f"{name}.{column}" if column else name


@dataclass(slots=True)
class Workbook:
    """All sheets of a scenario, the problems found so far, and the names that could not be read in full."""

    sheets: dict[str, Sheet]
    problems: list[Problem]
    unread: set[str]

    def copy(self) -> Workbook:
        """A copy to be changed: cells are typed once, however often a scenario is resolved."""
        sheets = {
            name: Sheet(sheet.table, sheet.columns, [row.copy() for row in sheet.rows])
            for name, sheet in self.sheets.items()
        }
        return Workbook(sheets, list(self.problems), set(self.unread))

    def note(self, sheet: Sheet, number: int, column: str, bad: BadCell, place: Place | None = None) -> None:
        """Keep the problem of a cell."""
        row = sheet.rows[number]
        where = place or row.place_of(column)
        path = sheet.path(number, column)
        row.bad.add(column)
        self.problems.append(where.problem(bad.rule, path, bad.message, bad.got, bad.near))


def key_text(value: Cell) -> str:
    """An id as paths write it: `any` for an empty key cell."""
    if value is None:
        return "any"
    return f"{value:g}" if isinstance(value, float) else str(value)


def columns_of(table: Table) -> dict[str, Column]:
    """The columns a table takes: its own, then `source` and `assumption` (settings blocks take no notes)."""
    own = {column.name: column for column in table.columns}
    return own | {column.name: column for column in NOTES if table.key and column.name not in own}


def type_column(table: Table, column: Column) -> Column:
    """The column as its cells are typed: `catalogue` also takes an alias, which is no id."""
    if column.name == "catalogue" and table.catalogue:
        return Column(column.name, "text", column.meaning, default=column.default)
    return column


def read_workbook(raw: RawScenario, settings: Sequence[Table], tables: Sequence[Table]) -> Workbook:
    """Every cell of the scenario typed by its declaration; problems are collected."""
    book = Workbook({}, list(raw.problems), _unread(raw.problems))
    known_tables = {table.name: table for table in tables}
    _read_settings(raw, {block.name: block for block in settings}, known_tables, book)
    for number, layer in enumerate(raw.layers):
        for raw_table in layer.tables:
            declared = known_tables.get(raw_table.name)
            if declared is None:
                _unknown_table(raw_table, known_tables, book)
                continue
            if declared.name not in book.sheets:
                book.sheets[declared.name] = Sheet(declared, columns_of(declared))
            read_table(book, book.sheets[declared.name], raw_table, number)
    return book


def _unread(problems: Iterable[Problem]) -> set[str]:
    """Names of tables that reading could not take in whole."""
    names: set[str] = set()
    for problem in problems:
        name = problem.file.rpartition("/")[2]
        if name.endswith(".csv"):
            names.add(name.removesuffix(".csv"))
        if problem.path.startswith("tables."):
            names.add(problem.path.removeprefix("tables.").partition("[")[0].partition(".")[0])
    return names


def _unknown_table(raw_table: RawTable, known: Mapping[str, Table], book: Workbook) -> None:
    near = nearest(raw_table.name, known)
    is_file = raw_table.header is not None
    rule = "unknown_file" if is_file else "unknown_table"
    message = "is no table of a scenario" if is_file else "no such table"
    path = "" if is_file else f"tables.{raw_table.name}"
    near_name = f"{near}.csv" if near and is_file else near
    book.problems.append(raw_table.place.problem(rule, path, message, raw_table.name, near_name))
    if near:
        book.unread.add(near)


def _read_settings(raw: RawScenario, blocks: Mapping[str, Table], tables: Iterable[str], book: Workbook) -> None:
    found: dict[str, Entry] = {}
    for entry in (entry for layer in raw.layers for entry in layer.settings):
        if entry.key in blocks:
            found[entry.key] = entry
            continue
        near = nearest(entry.key, ("name", "title", "extends", "changes", "tables", *blocks))
        message = "is a table: write it under `tables`" if entry.key in tables else "no such key"
        book.problems.append(entry.place.problem("unknown_key", entry.key, message, shown(entry.key), near))
        book.unread |= {block for block in blocks if block == near}
    for name, block in blocks.items():
        node = found[name].node if name in found else MapNode((), raw.layers[-1].place)
        if isinstance(node, Scalar) and is_empty(node.value):
            node = MapNode((), node.place)
        if not isinstance(node, MapNode):
            book.problems.append(node.place.problem("not_a_mapping", name, "must be a mapping of keys to values"))
            book.unread.add(name)
            node = MapNode((), node.place)
        row, problems = row_of(node, name)
        book.problems += problems
        book.sheets[name] = Sheet(block, columns_of(block))
        read_table(book, book.sheets[name], RawTable(name, node.place, None, (row,)), 0)


def read_table(book: Workbook, sheet: Sheet, raw_table: RawTable, layer: int) -> None:
    """Add the rows of a table, typed; note unknown and missing columns."""
    name = sheet.table.name
    missing: set[str] = set()
    if raw_table.header is not None:
        unknown = [_unknown_column(sheet, c, place) for c, place in raw_table.header if c and c not in sheet.columns]
        book.problems += unknown
        missing = {c.name for c in sheet.table.columns if c.required} - {column for column, _ in raw_table.header}
        book.unread |= {name} if missing else set()
        for column in sorted(missing - {problem.near for problem in unknown}):
            problem = raw_table.place.problem("required_column", f"{name}.{column}", "the column must be in the table")
            book.problems.append(problem)
    for raw_row in raw_table.rows:
        row = SheetRow({}, {}, raw_row.place, layer, set(missing))
        sheet.rows.append(row)
        _type_row(book, sheet, raw_row, raw_table.header is None)


def _type_row(book: Workbook, sheet: Sheet, raw_row: RawRow, inline: bool) -> None:
    """Type the cells of the sheet's last row; of a broken row only its key is looked at."""
    number = len(sheet.rows) - 1
    row = sheet.rows[number]
    found: list[tuple[str, BadCell]] = []
    for cell in raw_row.cells:
        column = sheet.columns.get(cell.column)
        if column is None:
            if inline:
                book.problems.append(_unknown_column(sheet, cell.column, cell.named))
            continue
        row.places[cell.column] = cell.place
        if isinstance(cell.value, Unreadable):
            row.bad.add(cell.column)
        elif not is_empty(cell.value):
            try:
                row.cells[cell.column] = parse_cell(type_column(sheet.table, column), cell.value)
            except BadCell as bad:
                row.bad.add(cell.column)
                found.append((cell.column, bad))
    if raw_row.broken:
        row.bad |= set(sheet.columns) - set(sheet.table.key)
        return
    for name, fault in found:
        book.note(sheet, number, name, fault)


def _unknown_column(sheet: Sheet, column: str, place: Place) -> Problem:
    what, rule = ("column", "unknown_column") if sheet.table.key else ("key", "unknown_key")
    path = f"{sheet.table.name}.{column}"
    return place.problem(rule, path, f"no such {what}", shown(column), nearest(column, sheet.columns))
