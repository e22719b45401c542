"""Whatever the files hold, the only thing that is ever raised is InputError."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.core.declare import Column
from planner.core.errors import InputError
from planner.core.settings import SETTINGS
from planner.data.load import read_scenario
from planner.data.overrides import overrides_from_mapping, parse_override
from planner.data.reading.cells import BadCell, parse_cell
from planner.data.reading.csv_text import read_csv
from planner.data.validate import resolve
from planner.model.rooms import TABLES
from tests.data.sound_scenario import FILES, spoiled, write

COLUMNS = [column for table in (*SETTINGS, *TABLES) for column in table.columns]
GARBAGE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", "0", "-1", "1e999", "-0", "nan", "inf", "1_000", "9" * 400, "٣", "1e-400", "0x10", "yes", "x1", "X1",
            "a100", "2026-13", "0000-01", "9999-12", "2026-01", "3;6", "2000x6", "0x6", ";", "x1;x1", "alpha.hall_a",
            "\0", "\ud800", "=1+1", "1e15", "9007199254740993", "null", "~", "any", "*",
        ]
    ),
)  # fmt: skip
PYTHON_VALUES = st.one_of(
    GARBAGE, st.none(), st.booleans(), st.integers(), st.floats(), st.dates(),
    st.lists(st.integers() | GARBAGE, max_size=3),
)  # fmt: skip
TREES = st.recursive(
    PYTHON_VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _resolve(files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(InputError):
        resolve(read_scenario(write(Path(folder), files)), TABLES).to_json()


@FEW
@given(st.data())
def test_random_cells_in_csv_files(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(set(FILES) - {"scenario.yaml"})))
    rows = list(csv.reader(io.StringIO(FILES[name])))
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(0, len(rows) - 1))
        rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(GARBAGE)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    _resolve(spoiled({name: text.getvalue().encode("utf-8", "surrogatepass")}))


@FEW
@given(st.data())
def test_random_bytes_in_any_file(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    content = FILES[name].encode()
    first, last = sorted(data.draw(st.tuples(st.integers(0, len(content)), st.integers(0, len(content)))))
    junk = data.draw(st.binary(max_size=20) | st.text("[]{}:,-&*!|>'\"%@`#\n\t ?=.", max_size=20).map(str.encode))
    _resolve(spoiled({name: content[:first] + junk + content[last:]}))


@FEW
@given(st.binary(max_size=80))
def test_nothing_but_random_bytes(content: bytes) -> None:
    _resolve(spoiled({"scenario.yaml": content, "runs.csv": content}))


@FEW
@given(TREES, st.data())
def test_random_values_in_a_mapping(value: object, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(["format", "name", "title", "extends", "changes", "tables", "calendar", "solve"]))
    table = data.draw(st.sampled_from(TABLES))
    row = {column.name: data.draw(PYTHON_VALUES) for column in table.columns if data.draw(st.booleans())}
    document = {"calendar": {"start": "2026-01", "periods": [6, 6]}, "tables": {table.name: [row]}, key: value}
    with suppress(InputError):
        resolve(read_scenario(document), TABLES).to_json()


@FEW
@given(st.sampled_from(COLUMNS), PYTHON_VALUES)
def test_a_cell_is_typed_or_refused(column: Column, value: object) -> None:
    with suppress(BadCell):
        typed = parse_cell(column, value)
        assert parse_cell(column, typed) == typed


@FEW
@given(st.text("abc.*[]=+- 0", max_size=30) | st.text(max_size=10), PYTHON_VALUES)
def test_random_overrides(path: str, value: object) -> None:
    raw = read_scenario("tiny")
    for text in (path, f"runs.a.{path}", f"runs.{path}.value_musd={value}", f"finance.discount_rate={value}"):
        with suppress(InputError):
            resolve(raw, TABLES, [parse_override(text)]).to_json()
    for target in (path, "runs.*.eligible", "halls.*.*.available_from", "solve.threads", "accelerators.x1.catalogue"):
        with suppress(InputError):
            resolve(raw, TABLES, overrides_from_mapping({target: value})).to_json()


@settings(max_examples=300, deadline=None)
@given(st.text('a,"\n\r b', max_size=16))
def test_csv_is_read_as_the_standard_library_reads_it(text: str) -> None:
    records, problems = read_csv(text, "t.csv")
    if not problems:
        expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row) or len(row) > 1]
        found = [[field for field, _ in record.fields] for record in records]
        assert found == [row for row in expected if len(row) > 1 or row[0].strip()]
        lines = list(io.StringIO(text, newline=None))
        for record in records:
            for field, place in record.fields:
                start = lines[place.line - 1][place.column - 1 :]
                assert start.startswith(('"', field.replace("\r", "\n")))
