"""The table of assets: straight-line depreciation of everything the plan pays for, by fiscal year.

**Convention.** Each purchase is an asset at its whole price (nominal, whenever it is paid), from the first month
in service. It is written off in equal monthly parts over its life, to nothing. The life is the thing's own where
the scenario states one (`life_months` of accelerators, tents and halls; what is left to `retires` of the fleet),
else that of its category: compute and network 66 months (the book life that Meta states for servers and network
since 2025), halls and power 300 months (a round figure for buildings; an assumption). Instances, links and the
opening of a site are assets of their category. Of accelerators on order or standing when the plan begins only
what is still due is known, so that alone is written off, from the later of service and the horizon's start over
what is left of their life. Leases and rent are expenses, not assets; a sale has no book value set against it.
Before an asset is in service what is paid for it is neither depreciated nor part of the net book value.
"""

from __future__ import annotations

from collections.abc import Iterable

from planner.core.units import MONTHS_PER_YEAR
from planner.data.calendar import Calendar
from planner.export.facts import Facts
from planner.export.facts.purchases import Purchase
from planner.export.tables.table import Declared, Field, Row

LIFE_MONTHS = {"compute": 66, "hall": 300, "power": 300, "network": 66}
ASSET_FIELDS = (
    Field("category", "id", "compute, hall, power or network"),
    Field("kind", "id", "what it is"),
    Field("site", "id", "where"),
    Field("item", "id", "type, hall, source, fabric, module or link"),
    Field("in_tail", "flag", "ordered behind the reported horizon"),
    Field("in_service_from", "date", "first month of depreciation"),
    Field("fiscal_year", "year", "fiscal year of that month"),
    Field("first_month", "integer", "that month, counted from the horizon's first, 0"),
    Field("own_life", "flag", "whether the life is the thing's own; if not, its category's"),
    Field("life_months", "integer", "months over which it is written off"),
    Field("cost_musd", "musd", "what is written off", total=True),
)
LATER = "later_musd"


def year_field(year: int) -> str:
    """The field that holds the depreciation of a fiscal year."""
    return f"fy{year}_musd"


def year_starts(calendar: Calendar) -> dict[int, int]:
    """The first month, counted from the horizon's start, of each fiscal year of the horizon (may lie before it)."""
    offset = -((calendar.first_month + 1 - calendar.fiscal_year_starts) % MONTHS_PER_YEAR)
    return {year: offset + MONTHS_PER_YEAR * i for i, year in enumerate(sorted(calendar.months_by_year()))}


def written_off(cost: float, first: int, life: int, start: int, months: int | None = MONTHS_PER_YEAR) -> float:
    """Depreciation, M$, in some months from `start` on (None: all) of an asset in service from `first` on."""
    end = first + life if months is None else min(first + life, start + months)
    return cost * max(0, end - max(first, start)) / life


def life_of(p: Purchase) -> tuple[int, int, bool]:
    """First month and length, months, of an asset's depreciation, and whether the length is its own."""
    first = max(p.arrival or 0, 0)
    return (first, LIFE_MONTHS[p.category], False) if p.end is None else (first, max(1, p.end - first), True)


def _years(facts: Facts) -> tuple[Field, ...]:
    years = [
        Field(year_field(year), "musd", f"depreciation of fiscal year {year}", total=True)
        for year in year_starts(facts.reading.case.calendar)
    ]
    return (*years, Field(LATER, "musd", "depreciation behind the last of these years", total=True))


def _assets(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    starts = year_starts(r.case.calendar)
    behind = max(starts.values()) + MONTHS_PER_YEAR
    for p in facts.purchases:
        if not p.amount_musd:
            continue
        first, life, own = life_of(p)
        off = {year_field(y): written_off(p.amount_musd, first, life, start) for y, start in starts.items()}
        yield {
            "category": p.category, "kind": p.kind, "site": p.site, "item": p.item,
            "in_tail": p.order is not None and r.in_tail(p.order), "in_service_from": r.month(first),
            "fiscal_year": r.case.calendar.fiscal_year(first), "first_month": first, "own_life": own,
            "life_months": life, "cost_musd": p.amount_musd, **off,
            LATER: written_off(p.amount_musd, first, life, behind, None),
        }  # fmt: skip


ASSETS = Declared(
    "assets", "Assets", "Assets and their depreciation, straight line, by fiscal year", ASSET_FIELDS, _assets, _years
)
