"""The summary's paragraphs on limits: which bind, what one more unit is worth, which were broken at a price."""

from __future__ import annotations

from collections import defaultdict

from planner.export.tables import PlanTables
from planner.export.words import cut, money, wrapped

MOST = 3  # of each kind of limit
LEAST = 1e-4  # M$: below this a limit is not worth a line


def broken(tables: PlanTables) -> list[str]:
    """Priced limits that the plan breaks, with what that costs."""
    paid: dict[tuple[str, str], float] = defaultdict(float)
    for line in tables.ledger.records():
        if line["kind"] == "penalty" and line["amount_musd"] > LEAST:
            paid[line["part"], line["where"]] += line["amount_musd"]
    lines = [cut(f"  {part.replace('_', ' ')} {where}: {money(musd)}") for (part, where), musd in paid.items()]
    return ["Limits broken at their price", *lines] if lines else []


def binding(tables: PlanTables) -> list[str]:
    """What binds: the limits of which one more unit is worth most, summed over each fiscal year."""
    calendar = tables.reading.case.calendar
    years = [year for year, months in calendar.months_by_year().items() if months[0] < calendar.reported_end]
    worth: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in tables.worth.records():
        if row["fiscal_year"] in years:
            worth[row["limit"], row["where"], row["fiscal_year"]] += row["worth_musd"]
    lines = []
    for limit, per, said in (
        ("budget", 1, "one more M$ of the budget `{0}` of {1}"),
        ("mw", 1, "one more MW at {0} through {1}"),
        ("accelerator", 1000, "1,000 more {0} through {1}"),
    ):
        found = [(price * per, where, year) for (kind, where, year), price in worth.items() if kind == limit]
        for price, where, year in sorted(found, key=lambda item: (-item[0], item[2], item[1]))[:MOST]:
            if price > LEAST:
                name = where.replace("@", " at ")
                lines.append(cut(f"  {said.format(name, year)}: worth {money(price)}"))
    note = str(tables.reading.data.attrs.get("prices_note", ""))
    if not lines:
        return ["What binds: no budget, power or fleet limit has a price"] if note else []
    return ["What binds", *lines, *wrapped(note, "  ")]
