"""Typing one cell by its declaration: the same for CSV cells, YAML scalars and Python values."""

from __future__ import annotations

import datetime
import math
import numbers
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence, Sized

from planner.core.declare import Cell, Column
from planner.core.months import is_date, month_label, month_number
from planner.core.rules import nearest

ID = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?\.?(nan|inf|infinity)", re.IGNORECASE)
_TIMES = re.compile(r"([1-9][0-9]{0,3}) *x *([0-9]+)")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
LARGEST_NUMBER = 1e15
_LARGEST_INTEGER = 2**53
_LONGEST_LIST = 1200
_FIRST_MONTH, _LAST_MONTH = month_number("1900-01"), month_number("2199-12")
_SHOWN = 60


class BadCell(Exception):
    """A cell that breaks a rule of its declaration."""

    def __init__(self, rule: str, message: str, got: object = None, near: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.got = None if got is None else shown(got)
        self.near = near


def shown(value: object) -> str:
    """A value as it appears in a message: one line, printable, not long."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        value = ";".join(str(item) for item in value)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
    if not text or not text.isprintable():
        text = ascii(text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def is_empty(value: object) -> bool:
    """Whether a cell is left empty: nothing, or only blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def parse_cell(column: Column, value: object) -> Cell:
    """The typed value of a cell that is not empty.

    Raises
    ------
    BadCell
        If the value breaks the column's kind, bounds or choices.
    """
    typed = _PARSERS[column.kind](column, value.strip() if isinstance(value, str) else value)
    for number in typed if isinstance(typed, list) else [typed]:
        if isinstance(number, int | float) and not isinstance(number, bool):
            _check_bounds(column, number, number if isinstance(typed, list) else value)
    return typed


def _check_bounds(column: Column, number: float, said: object) -> None:
    """Refuse a number out of bounds, showing it as it was written."""
    unit = f" {column.unit}" if column.unit else ""
    if column.low is not None and (number < column.low or (column.low_open and number == column.low)):
        side = "above" if column.low_open else "at least"
        raise BadCell("below_low", f"must be {side} {column.low:g}{unit}", said)
    if column.high is not None and number > column.high:
        raise BadCell("above_high", f"must be at most {column.high:g}{unit}", said)


def parse_number(value: object) -> float:
    """A finite number from text or a Python number.

    Raises
    ------
    BadCell
        If it is not one.
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
    elif isinstance(value, str) and _NOT_FINITE.fullmatch(value):
        number = math.nan
    else:
        raise BadCell("not_a_number", "must be a number", value, _near_number(value))
    if not math.isfinite(number):
        raise BadCell("not_finite", "must be a finite number", value)
    if abs(number) > LARGEST_NUMBER:
        raise BadCell("too_large", "must be at most 1e15: the solver takes 1e20 for infinite", value)
    return number


def _near_number(value: object) -> str | None:
    """What a number with thousands separators, a decimal comma, a percent or a dollar sign may have meant."""
    if not isinstance(value, str):
        return None
    text = value.replace(" ", "").replace("_", "").lstrip("$")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        text = text.replace(",", ".")
    elif _NUMBER.fullmatch(text.removesuffix("%")) and text.endswith("%"):
        text = f"{float(text[:-1]) / 100:g}"
    return text if text != value and _NUMBER.fullmatch(text) else None


def _parse_number_cell(column: Column, value: object) -> float:
    return parse_number(value)


def _parse_integer(column: Column, value: object) -> int:
    try:
        number = parse_number(value)
    except BadCell as bad:
        rule = "not_an_integer" if bad.rule == "not_a_number" else bad.rule
        raise BadCell(rule, "must be a whole number", value, bad.near) from None
    near = round(number)
    if abs(number - near) > 1e-9 * max(1.0, abs(number)):
        raise BadCell("not_an_integer", "must be a whole number", value)
    if abs(near) >= _LARGEST_INTEGER:
        raise BadCell("not_an_integer", "must be a whole number below 9e15", value)
    return near


def _parse_date(column: Column, value: object) -> str:
    is_first = isinstance(value, datetime.date) and value.day == 1
    text = f"{value:%Y-%m}" if is_first else str(value)
    if not is_date(text) or not text.isascii():
        raise BadCell("not_a_date", "must be a month written YYYY-MM", value, _near_date(text))
    if not _FIRST_MONTH <= month_number(text) <= _LAST_MONTH:
        raise BadCell("not_a_date", "must be a month from 1900-01 to 2199-12", value)
    return text


def _near_date(text: str) -> str | None:
    match = re.match(r"([0-9]{4})[-/.]?([0-9]{1,2})(?![0-9])", text, re.ASCII)
    guess = f"{match[1]}-{int(match[2]):02d}" if match else ""
    return guess if is_date(guess) else None


def shift_date(date: str, months: int) -> str:
    """A date so many months later.

    Raises
    ------
    BadCell
        If that is before 1900 or after 2199.
    """
    number = month_number(date) + months
    if not _FIRST_MONTH <= number <= _LAST_MONTH:
        raise BadCell("not_a_date", "must stay between 1900-01 and 2199-12", f"{date} {months:+d} months")
    return month_label(number)


def _parse_flag(column: Column, value: object) -> bool:
    if isinstance(value, bool):
        return value
    flag = _FLAGS.get(value.lower()) if isinstance(value, str) else None
    if flag is None:
        raise BadCell("not_a_flag", "must be yes or no", value)
    return flag


def _parse_text(column: Column, value: object) -> str:
    if not isinstance(value, str):
        raise BadCell("not_text", "must be text", value)
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise BadCell("control_character", "must not hold control characters", value)
    return value


def _parse_id(column: Column, value: object) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        guess = re.sub(r"[^a-z0-9]+", "_", str(value).lower()).strip("_")
        message = "must start with a small letter and hold only small letters, digits and _"
        raise BadCell("not_an_id", message, value, guess if ID.fullmatch(guess) else None)
    return value


def _parse_choice(column: Column, value: object) -> str:
    if value not in column.choices:
        near = nearest(str(value).lower(), column.choices)
        raise BadCell("not_a_choice", f"must be one of {', '.join(column.choices)}", value, near)
    return str(value)


def _entries(value: object) -> list[object]:
    """The entries of a list cell: a list, or text split at `;`."""
    if isinstance(value, str):
        entries: list[object] = [part.strip() for part in value.split(";")]
    elif isinstance(value, Sequence):
        entries = [item.strip() if isinstance(item, str) else item for item in value]
    else:
        entries = [value]
    if any(is_empty(entry) for entry in entries):
        raise BadCell("list_entry_empty", "must not have empty entries", value)
    return entries


def _parse_ids(column: Column, value: object) -> list[str]:
    found: list[str] = []
    for entry in _entries(value):
        if isinstance(entry, str) and "," in entry:
            raise BadCell("not_an_id", "entries are separated by `;`", value, entry.replace(",", ";"))
        name = _parse_id(column, entry)
        if name in found:
            raise BadCell("list_entry_repeated", f"must not list {name} twice", value)
        found.append(name)
    _check_length(found, value)
    return found


def _parse_integers(column: Column, value: object) -> list[int]:
    found: list[int] = []
    for entry in _entries(value.replace(",", ";") if isinstance(value, str) else value):
        match = _TIMES.fullmatch(entry) if isinstance(entry, str) else None
        if match:
            found += [_parse_integer(column, match[2])] * int(match[1])
        else:
            found.append(_parse_integer(column, entry))
        _check_length(found, value)
    return found


def _check_length(entries: Sized, value: object) -> None:
    if len(entries) > _LONGEST_LIST:
        raise BadCell("list_too_long", f"must have at most {_LONGEST_LIST} entries", value)


_PARSERS: Mapping[str, Callable[[Column, object], Cell]] = {
    "id": _parse_id,
    "text": _parse_text,
    "number": _parse_number_cell,
    "integer": _parse_integer,
    "date": _parse_date,
    "flag": _parse_flag,
    "choice": _parse_choice,
    "ids": _parse_ids,
    "integers": _parse_integers,
}
