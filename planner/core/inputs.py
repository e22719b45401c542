"""The resolved inputs: validated once, immutable, trusted after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from planner.core.reuse import Key, log_of_reads


class InputRow(dict[str, Any]):
    """A row of a table, not to be changed: each column that is read notes itself (see `planner.core.reuse`)."""

    __slots__ = ("_inputs", "_table")

    def __init__(self, cells: Mapping[str, Any], table: str, inputs: Inputs) -> None:
        super().__init__(cells)
        self._table, self._inputs = table, inputs

    def __getitem__(self, column: str) -> Any:
        if log_of_reads() is not None:
            self._inputs.note_column(self._table, column)
        return super().__getitem__(column)

    def get(self, column: str, default: Any = None) -> Any:
        return self[column] if column in self else default  # noqa: SIM401 - would call itself

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().keys()))

    def keys(self) -> Any:
        return super().keys()

    def items(self) -> Any:
        return self.plain().items()

    def values(self) -> Any:
        return self.plain().values()

    def copy(self) -> dict[str, Any]:
        return self.plain()

    def __eq__(self, other: object) -> bool:
        return self.plain() == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __or__(self, other: Any) -> Any:
        return self.plain() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.plain()

    def __setitem__(self, column: str, value: Any) -> None:
        raise TypeError(f"inputs are not changed: {self._table}.{column}")

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.plain(),)

    def plain(self) -> dict[str, Any]:
        """A copy that may be changed; all columns count as read."""
        return {column: self[column] for column in self}


def _copy(value: Any) -> Any:
    """A copy of a JSON value."""
    if isinstance(value, dict):
        return {key: _copy(item) if isinstance(item, dict | list | tuple) else item for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list | tuple) else value


class Inputs:
    """A validated scenario: settings blocks and typed tables, catalogue cells and defaults filled in.

    The whole of it is one JSON document (`document`), so that a plan file can carry it. Dates are
    `YYYY-MM` text, lists are lists, an unknown cell is `None`.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = _copy(dict(document))
        self._rows = {
            table: [InputRow(row, table, self) for row in rows]
            for table, rows in self._document.get("tables", {}).items()
        }
        self._seen: dict[Key, Any] = {}

    @classmethod
    def from_json(cls, text: str) -> Inputs:
        """The inputs held in a plan file's `inputs` attribute."""
        return cls(json.loads(text))

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def title(self) -> str:
        return str(self._document["title"])

    @property
    def document(self) -> dict[str, Any]:
        """A copy of the JSON document."""
        self._note(("document",))
        copied: dict[str, Any] = _copy(self._document)
        return copied

    def setting(self, block: str, key: str) -> Any:
        """One value of a settings block, such as ``setting("finance", "discount_rate")``."""
        self._note(("setting", block, key))
        return self._document[block][key]

    def settings(self, block: str) -> dict[str, Any]:
        """A settings block, such as `solve`."""
        return {key: self.setting(block, key) for key in self._document[block]}

    def has(self, table: str) -> bool:
        """Whether the scenario holds this table at all (even if empty): what it lacks is not modelled."""
        self._note(("rows", table))
        return table in self._rows

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The typed rows of a table, in order, not to be changed; none if the scenario lacks the table."""
        self._note(("rows", table))
        return list(self._rows.get(table, ()))

    def by_id(self, table: str, key: str) -> dict[str, dict[str, Any]]:
        """The rows of a table by one id column."""
        return {row[key]: row for row in self.rows(table)}

    def frame(self, table: str) -> pd.DataFrame:
        """The table as a DataFrame (columns as declared; empty if the scenario lacks it)."""
        return pd.DataFrame(self.rows(table))

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, no NaN."""
        return json.dumps(self._document, sort_keys=True, allow_nan=False, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def note_column(self, table: str, column: str) -> None:
        """Say that cells of a column were read."""
        self._note(("cell", table, column))

    def _note(self, key: Key) -> None:
        log = log_of_reads()
        if log is not None and key not in log:
            log[key] = self.now(key)

    def now(self, key: Key) -> Any:
        """What reading by a key noted by these or other inputs gives here: a column, a setting, a number of rows."""
        if key not in self._seen:
            self._seen[key] = self._read(*key)
        return self._seen[key]

    def _read(self, kind: str, *names: str) -> Any:
        if kind == "document":
            return self.to_json()
        if kind == "setting":
            return self._document.get(names[0], {}).get(names[1])
        rows = self._rows.get(names[0])
        if kind == "rows":
            return None if rows is None else len(rows)
        assert kind == "cell"
        return tuple(dict.get(row, names[1]) for row in rows or ())
