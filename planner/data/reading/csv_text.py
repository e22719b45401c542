"""CSV with places: the dialect of the standard library's `csv`, but every field knows its line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planner.core.errors import Problem
from planner.data.reading.raw import Place

_PLAIN = re.compile(r"[^,\r\n]*")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a table: its fields, each with its place."""

    fields: tuple[tuple[str, Place], ...]
    place: Place


class _Position:
    """Turns offsets into line and column; offsets must not go back before the last line asked for."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._line = 0

    def place(self, offset: int) -> Place:
        while self._line + 1 < len(self._starts) and self._starts[self._line + 1] <= offset:
            self._line += 1
        return Place(self._file, self._line + 1, offset - self._starts[self._line] + 1)


def read_csv(text: str, file: str) -> tuple[list[Record], list[Problem]]:
    """The records of a CSV text (comma, double quotes doubled inside quotes); blank lines are left out.

    Parameters
    ----------
    text
        The content, decoded, without byte order mark.
    file
        The name to show in places.

    Returns
    -------
    Records in order, and the problems met: a quote that is not closed, or text after a closing quote.
    """
    position = _Position(text, file)
    records: list[Record] = []
    fields: list[tuple[str, Place]] = []
    offset = 0
    while offset < len(text) or fields:
        place = position.place(offset)
        if text.startswith('"', offset):
            match = _QUOTED.match(text, offset)
            if match is None:
                return records, [place.problem("csv_quote", "", "the quote that starts here is not closed")]
            value, offset = match[1].replace('""', '"'), match.end()
            if offset < len(text) and text[offset] not in ",\r\n":
                here = position.place(offset)
                return records, [here.problem("csv_quote", "", "only a comma or a line's end follows a closing quote")]
        else:
            match = _PLAIN.match(text, offset)
            assert match is not None  # the pattern matches the empty text
            value, offset = match[0], match.end()
        fields.append((value, place))
        if text.startswith(",", offset):
            offset += 1
            continue
        if len(fields) > 1 or fields[0][0].strip():
            records.append(Record(tuple(fields), fields[0][1]))
        fields = []
        end = _LINE_END.match(text, offset)
        offset = end.end() if end else offset
    return records, []
