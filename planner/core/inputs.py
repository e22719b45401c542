"""The resolved inputs: validated once, immutable, trusted after."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd


class Inputs:
    """A validated scenario: settings blocks and typed tables, catalogue cells and defaults filled in.

    The whole of it is one JSON document (`document`), so that a plan file can carry it. Dates are
    `YYYY-MM` text, lists are lists, an unknown cell is `None`.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = copy.deepcopy(dict(document))

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
        return copy.deepcopy(self._document)

    def setting(self, block: str, key: str) -> Any:
        """One value of a settings block, such as ``setting("finance", "discount_rate")``."""
        return self._document[block][key]

    def has(self, table: str) -> bool:
        """Whether the scenario holds this table at all (even if empty): what it lacks is not modelled."""
        return table in self._document["tables"]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The typed rows of a table, in order; none if the scenario lacks the table."""
        return [dict(row) for row in self._document["tables"].get(table, [])]

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
