"""Figures and small tables as people read them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

WIDTH = 100
MUSD_PER_BUSD = 1000.0


def money(musd: float) -> str:
    """An amount in M$ or B$ with three or four digits that matter."""
    if not math.isfinite(musd):
        return "unknown"
    if abs(musd) >= MUSD_PER_BUSD:
        return f"{musd / MUSD_PER_BUSD:,.2f} B$"
    return f"{amount(musd)} M$"


def amount(value: float) -> str:
    """A number with few digits: enough to see, not more than is known."""
    value += 0.0  # no minus zero
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 0.095 or value == 0:
        return f"{value:,.1f}"
    return f"{value:.2g}"


def tenths(musd: float) -> str:
    """An amount in a column of amounts: all with one digit behind the point."""
    return f"{musd + 0.0:,.1f}"


def percent(share: float) -> str:
    """A share as a percentage; small ones keep a digit that is not zero."""
    if not math.isfinite(share):
        return "unknown"
    if share == 0:
        return "0 %"
    return f"{share:.1%}".replace("%", " %") if share >= 0.0095 else f"{100 * share:.2g} %"


def count(value: float) -> str:
    """A count with thousands separated; a fraction shows only if there is one."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.005 else f"{value:,.1f}"


def span(dates: Sequence[str]) -> str:
    """The earliest and the latest of some dates."""
    first, last = min(dates), max(dates)
    return first if first == last else f"{first} .. {last}"


def several(number: int, one: str) -> str:
    """A number with its noun, in the plural where it takes one."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def listed(items: Sequence[str], most: int = 4) -> str:
    """Items in a row; beyond `most` only how many more."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Rows under headings, columns as wide as they need, numbers to the right; `left`: columns of words.

    What is too wide for the page goes on below, in the last column, or across the page where that is narrow.
    """
    table = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    offset = 2 + sum(widths[:-1]) + 2 * (len(widths) - 1)
    lines: list[str] = []
    for row in table:
        cells = [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "  " + "  ".join(cells).rstrip()
        if len(line) > WIDTH and offset <= WIDTH - 20:
            first, *more = textwrap.wrap(row[-1], WIDTH - offset)
            lines += [line[:offset] + first, *(" " * offset + text for text in more)]
        elif len(line) > WIDTH and offset <= WIDTH:
            lines += [line[:offset].rstrip(), *wrapped(row[-1], " " * 6)]
        else:
            lines.append(cut(line))
    return lines


def cut(line: str) -> str:
    """A line no wider than the page."""
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def printable(text: str) -> str:
    """Text without what a terminal would act on: control characters are shown as a mark."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def wrapped(text: str, indent: str = "") -> list[str]:
    """Text in lines no wider than the page; further lines are indented."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent + "  ", initial_indent=indent) or [""]
