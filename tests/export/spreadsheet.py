"""A calculator for the few formulas the workbook uses, so that cached values can be compared with what they mean."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.utils.cell import range_boundaries

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*")|(?P<name>SUMIFS|SUMSQ|SUM|COUNT|ROUND|MAX|MIN)\(|"""
    r"""(?P<ref>(?:[A-Za-z]+!)?\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)|(?P<sign>[-+*/,)]))"""
)


class Calculator:
    """Evaluates formulas over the cells of a workbook opened without cached values."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, sheet: str, cell: Any) -> Any:
        """What a cell comes to."""
        if cell.data_type != "f":
            return cell.value
        key = (sheet, cell.coordinate)
        if key not in self._known:
            tokens = list(TOKEN.finditer(cell.value[1:]))
            assert "".join(m[0] for m in tokens) == cell.value[1:], f"not understood: {cell.value}"
            self._known[key] = self._sum(sheet, tokens)
            assert not tokens, f"not understood: {cell.value}"
        return self._known[key]

    def _cells(self, sheet: str, ref: str) -> list[Any]:
        name, _, cells = ref.rpartition("!")
        page = self.book[name or sheet]
        left, top, right, bottom = range_boundaries(cells)
        rows = page.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
        return [self.value(page.title, cell) for row in rows for cell in row]

    def _sum(self, sheet: str, tokens: list[re.Match[str]]) -> float:
        total = self._product(sheet, tokens)
        while tokens and tokens[0]["sign"] in ("+", "-"):
            sign = 1 if tokens.pop(0)["sign"] == "+" else -1
            total += sign * self._product(sheet, tokens)
        return total

    def _product(self, sheet: str, tokens: list[re.Match[str]]) -> float:
        value = self._factor(sheet, tokens)
        while tokens and tokens[0]["sign"] in ("*", "/"):
            times = tokens.pop(0)["sign"] == "*"
            factor = self._factor(sheet, tokens)
            value = value * factor if times else value / factor
        return value

    def _factor(self, sheet: str, tokens: list[re.Match[str]]) -> float:
        token = tokens.pop(0)
        if token["name"] in ("SUM", "SUMIFS", "SUMSQ", "COUNT"):
            return self._over_ranges(sheet, token["name"], tokens)
        if token["name"]:
            return self._over_numbers(sheet, token["name"], tokens)
        if token["number"]:
            return float(token["number"])
        (value,) = self._cells(sheet, token["ref"])
        return float(value or 0.0)

    def _over_numbers(self, sheet: str, name: str, tokens: list[re.Match[str]]) -> float:
        values = [self._sum(sheet, tokens)]
        while tokens.pop(0)["sign"] == ",":
            values.append(self._sum(sheet, tokens))
        if name == "ROUND":
            return round(values[0], int(values[1]))
        return max(values) if name == "MAX" else min(values)

    def _over_ranges(self, sheet: str, name: str, tokens: list[re.Match[str]]) -> float:
        arguments: list[re.Match[str]] = []
        while (token := tokens.pop(0))["sign"] != ")":
            if not token["sign"]:
                arguments.append(token)
        ranges = [self._cells(sheet, a["ref"]) if a["ref"] else [a] for a in arguments]
        if name != "SUMIFS":
            numbers = [float(v) for v in ranges[0] if isinstance(v, int | float)]
            return {"SUM": sum, "COUNT": len, "SUMSQ": lambda vs: sum(v * v for v in vs)}[name](numbers)
        wanted = [
            m["text"].strip('"') if m["text"] else float(m["number"]) if m["number"] else ranges[k][0]
            for k, m in list(enumerate(arguments))[2::2]
        ]
        total = 0.0
        for i, amount in enumerate(ranges[0]):
            held = [ranges[k][i] == want for k, want in zip(range(1, len(ranges), 2), wanted, strict=True)]
            total += amount if all(held) and isinstance(amount, int | float) else 0.0
        return total
