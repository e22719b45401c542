"""The ledger of a plan: every line of money that is not 0."""

from __future__ import annotations

from typing import Any

from planner.export.facts.reading import Reading
from planner.model.workspace import SIGN


def read_ledger(r: Reading) -> list[dict[str, Any]]:
    """The lines of the ledger, by the field names of its table; amounts in M$, nominal and discounted."""
    calendar = r.case.calendar
    columns = [r.array(f"line_{name}") for name in ("kind", "part", "where", "date")]
    amounts = zip(r.data["ledger_musd"].to_numpy(), r.data["ledger_discounted_musd"].to_numpy(), strict=True)
    lines = []
    for i, (nominal, discounted) in enumerate(amounts):
        if nominal == 0:
            continue
        kind, part, where, date = (str(column[i]) for column in columns if column is not None)
        month = calendar.month(date)
        year, inside = calendar.fiscal_year(month), 0 <= month < calendar.end
        lines.append({
            "line": i, "kind": kind, "part": part, "where": where, "date": date,
            "fiscal_year": year, "in_horizon": inside, "sign": int(SIGN[kind]),
            "amount_musd": float(nominal), "discounted_musd": float(discounted),
        })  # fmt: skip
    return lines
