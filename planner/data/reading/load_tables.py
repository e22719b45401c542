"""Reading tables: CSV files of a folder, and lists under `tables:`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from planner.core.errors import Problem
from planner.data.reading.cells import is_empty
from planner.data.reading.csv_text import Record, read_csv
from planner.data.reading.raw import ListNode, MapNode, Node, Place, RawCell, RawRow, RawTable, Scalar, Unreadable

_TABLE_LIKE = (".csv", ".tsv", ".yaml", ".yml", ".xlsx", ".xls", ".ods")


def read_text(file: Path) -> tuple[str, Problem | None]:
    """The text of a UTF-8 file (a byte order mark is dropped), or the problem in its way."""
    place = Place(file.as_posix())
    try:
        content = file.read_bytes()
    except OSError as error:
        return "", place.problem("file_unreadable", "", f"cannot be read: {error.strerror}")
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{content[error.start]:02x}"
        return "", Place(place.file, line).problem("not_utf8", "", "must be UTF-8 text", byte)


def csv_tables(folder: Path, inline: Mapping[str, Place]) -> tuple[list[RawTable], list[Problem]]:
    """The CSV tables of a folder; `inline` are the tables that scenario.yaml holds itself."""
    tables: list[RawTable] = []
    problems: list[Problem] = []
    for file in sorted(folder.iterdir()):
        if file.name.startswith((".", "~")) or file.suffix.lower() not in _TABLE_LIKE:
            continue
        place = Place(file.as_posix())
        if not file.is_file():  # a folder, a dangling link, a pipe: dropped in silence, a table would be not modelled
            problems.append(place.problem("file_unreadable", "", "is no regular file"))
            continue
        if file.suffix != ".csv":
            if file.name != "scenario.yaml":
                message = "is no file of a scenario: scenario.yaml and <table>.csv are"
                problems.append(place.problem("unknown_file", "", message))
            continue
        if file.stem in inline:
            where = inline[file.stem]
            message = f"the table stands also under `tables` in {where.file}:{where.line}"
            problems.append(place.problem("table_given_twice", file.stem, message))
            continue
        text, problem = read_text(file)
        if problem:
            problems.append(problem)
            continue
        table, found = csv_table(file.stem, text, place.file)
        problems += found
        tables += [table] if table else []
    return tables, problems


def csv_table(name: str, text: str, file: str) -> tuple[RawTable | None, list[Problem]]:
    """One table from the text of a CSV file."""
    records, problems = read_csv(text, file)
    if not records:
        message = "the first line must name the columns"
        return None, [*problems, Place(file, 1).problem("csv_header", name, message)]
    header = [(field.strip(), place) for field, place in records[0].fields]
    known: set[str] = set()
    for column, place in header:
        if not column:
            problems.append(place.problem("csv_header", name, "a column has no name"))
        elif column in known:
            problems.append(place.problem("duplicate_column", f"{name}.{column}", "the column stands twice"))
        known.add(column)
    rows: list[RawRow] = []
    for number, record in enumerate(records[1:], 1):
        row, problem = _csv_row(record, header, f"{name}[{number}]")
        problems += [problem] if problem else []
        rows += [row] if row else []
    return RawTable(name, Place(file, 1, 1), tuple(header), tuple(rows)), problems


def _csv_row(record: Record, header: Sequence[tuple[str, Place]], path: str) -> tuple[RawRow | None, Problem | None]:
    fields = record.fields
    if all(is_empty(text) for text, _ in fields):
        return None, record.place.problem("row_empty", path, "the row is empty")
    cells: dict[str, RawCell] = {}
    for (column, named), (text, place) in zip(header, fields, strict=False):
        cells.setdefault(column, RawCell(column, text, place, named))
    broken = len(fields) != len(header)
    problem = None
    if broken:
        message = f"must have {len(header)} cells, as the header has"
        problem = record.place.problem("row_length", path, message, str(len(fields)))
    return RawRow(tuple(cells.values()), record.place, broken), problem


def inline_tables(node: Node | None) -> tuple[list[RawTable], list[Problem]]:
    """The tables of a document's `tables` key."""
    if node is None or (isinstance(node, Scalar) and is_empty(node.value)):
        return [], []
    if not isinstance(node, MapNode):
        return [], [node.place.problem("not_a_mapping", "tables", "must be a mapping of table names to lists of rows")]
    tables: list[RawTable] = []
    problems: list[Problem] = []
    for name, held in node.as_dict().items():
        if isinstance(held, Scalar) and is_empty(held.value):
            held = ListNode((), held.place)
        if not isinstance(held, ListNode):
            problems.append(held.place.problem("not_a_list", f"tables.{name}", "must be a list of rows"))
            continue
        rows: list[RawRow] = []
        for number, item in enumerate(held.items, 1):
            row, found = _inline_row(item, f"tables.{name}[{number}]")
            problems += found
            rows += [row] if row else []
        tables.append(RawTable(name, held.place, None, tuple(rows)))
    return tables, problems


def _inline_row(node: Node, path: str) -> tuple[RawRow | None, list[Problem]]:
    if not isinstance(node, MapNode):
        return None, [node.place.problem("not_a_mapping", path, "a row must be a mapping of columns to values")]
    row, problems = row_of(node, path)
    if all(is_empty(cell.value) for cell in row.cells):
        return None, [node.place.problem("row_empty", path, "the row is empty")]
    return row, problems


def row_of(node: MapNode, path: str) -> tuple[RawRow, list[Problem]]:
    """A mapping as a row; lists of single values become one cell, anything deeper is a problem."""
    cells: dict[str, RawCell] = {}
    problems: list[Problem] = []
    for entry in node.entries:
        cell = one_cell(entry.node)
        if cell is None:
            message = "must be one value or a list of values"
            problems.append(entry.node.place.problem("not_one_value", f"{path}.{entry.key}", message))
            cell = Scalar(Unreadable.NOTED, entry.node.place)
        cells[entry.key] = RawCell(entry.key, cell.value, cell.place, entry.place)
    return RawRow(tuple(cells.values()), node.place), problems


def one_cell(node: Node) -> Scalar | None:
    """A node as one cell (a list of single values as a tuple); `None` if it is deeper than that."""
    if isinstance(node, Scalar):
        return node
    if isinstance(node, ListNode) and all(isinstance(item, Scalar) for item in node.items):
        values = tuple(item.value for item in node.items if isinstance(item, Scalar))
        return Scalar(values or None, node.place)
    return None
