"""Dates as whole months: `2026-07` is the first of July 2026."""

from __future__ import annotations

import re

_DATE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def is_date(text: str) -> bool:
    """Whether `text` is a month written as YYYY-MM."""
    return _DATE.fullmatch(text) is not None


def month_number(date: str) -> int:
    """Months since year 0 of a date written as YYYY-MM.

    Raises
    ------
    ValueError
        If `date` is not of the form YYYY-MM.
    """
    if not (match := _DATE.fullmatch(date)):
        raise ValueError(f"a date is written YYYY-MM, got {date!r}")
    return int(match[1]) * 12 + int(match[2]) - 1


def month_label(number: int) -> str:
    """The date, as YYYY-MM, of a month counted from year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_between(start: str, date: str) -> int:
    """Whole months from `start` to `date` (negative if `date` is earlier)."""
    return month_number(date) - month_number(start)
