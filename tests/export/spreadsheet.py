"""A calculator for the few formulas the workbook uses, so that cached values can be compared with what they mean."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.utils.cell import range_boundaries

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*")|(?P<name>SUMIFS|SUM|ROUND)\(|"""
    r"""(?P<ref>(?:[A-Za-z]+!)?\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)|(?P<sign>[-+,)]))"""
)


class Calculator:
    """Evaluates formulas over the cells of a workbook opened without cached values."""

    def __init__(self, book: Any) -> None:
        self.book = book

    def value(self, sheet: str, cell: Any) -> Any:
        """What a cell comes to."""
        if cell.data_type == "f":
            tokens = list(TOKEN.finditer(cell.value[1:]))
            assert "".join(m[0] for m in tokens) == cell.value[1:], f"not understood: {cell.value}"
            return self._sum(sheet, tokens)
        return cell.value

    def _cells(self, sheet: str, ref: str) -> list[Any]:
        name, _, cells = ref.rpartition("!")
        page = self.book[name or sheet]
        left, top, right, bottom = range_boundaries(cells)
        return [
            self.value(page.title, page.cell(row, column))
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]

    def _sum(self, sheet: str, tokens: list[re.Match[str]]) -> float:
        total, sign = 0.0, 1
        while tokens and tokens[0]["sign"] not in (",", ")"):
            token = tokens.pop(0)
            if token["sign"]:
                sign = 1 if token["sign"] == "+" else -1
            elif token["name"]:
                total, sign = total + sign * self._call(sheet, token["name"], tokens), 1
            else:
                total, sign = total + sign * self._plain(sheet, token), 1
        return total

    def _plain(self, sheet: str, token: re.Match[str]) -> float:
        if token["number"]:
            return float(token["number"])
        (value,) = self._cells(sheet, token["ref"])
        return float(value or 0.0)

    def _call(self, sheet: str, name: str, tokens: list[re.Match[str]]) -> float:
        if name == "ROUND":
            value = self._sum(sheet, tokens)
            assert tokens.pop(0)["sign"] == ","
            digits = int(tokens.pop(0)["number"])
            assert tokens.pop(0)["sign"] == ")"
            return round(value, digits)
        arguments: list[re.Match[str]] = []
        while (token := tokens.pop(0))["sign"] != ")":
            if not token["sign"]:
                arguments.append(token)
        ranges = [self._cells(sheet, a["ref"]) if a["ref"] else a for a in arguments]
        if name == "SUM":
            return float(sum(v for v in ranges[0] if isinstance(v, int | float)))
        total = 0.0
        for i, amount in enumerate(ranges[0]):
            held = [
                ranges[k][i] == (m["text"].strip('"') if m["text"] else float(m["number"]))
                for k, m in zip(range(1, len(ranges), 2), arguments[2::2], strict=True)
            ]
            total += amount if all(held) and isinstance(amount, int | float) else 0.0
        return total
