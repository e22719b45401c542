"""Small scenarios for the closed-form cases, and how their plans are read.

Every case has one site `alpha`, one type `x1` at 1 PFLOP/s, and only the tables its rule needs: what a
scenario lacks is not modelled. The figures are chosen so that the arithmetic can be done on paper.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

import planner
from planner.results.plan import Plan

Row = dict[str, Any]
Document = dict[str, Any]

RATE = 0.10
MFU = 0.5
ZFLOP_PER_PFLOPS_MONTH = 2.6298  # 2,629,800 s at 1 PFLOP/s
HOURS_PER_YEAR = 8766.0
PRICE = 0.03  # M$ of one accelerator x1


def factor(month: float, rate: float = RATE) -> float:
    """What a M$ of a month is worth at the horizon's start."""
    return float((1 + rate) ** (-month / 12))


def date(month: int) -> str:
    """The date so many months after 2026-01, the start of every case."""
    return f"{2026 + month // 12:04d}-{month % 12 + 1:02d}"


def accelerator(**cells: Any) -> Row:
    """A row of `accelerators`: 1 PFLOP/s, 1 kW, air, single, at once, 30,000 USD."""
    row = {"accelerator": "x1", "bf16_dense_tflops": 1000, "memory_gb": 80, "provisioned_kw": 1, "cooling": "air"}
    row |= {"lot_size": 1, "lead_time_months": 0, "life_months": 240, "price_usd": 30_000}
    return row | cells


NOT_FOR_SALE = [accelerator(orderable=False)]


def fleet(count: int, **cells: Any) -> Row:
    """A row of `fleet`: so many x1 that have stood at alpha for a year."""
    row = {"site": "alpha", "accelerator": "x1", "count": count, "status": "existing", "in_service_from": "2025-01"}
    return row | cells


def hall(**cells: Any) -> Row:
    """A row of `halls` at alpha: modules of 1 MW at 10 M$, none yet."""
    row = {"site": "alpha", "hall": "hall_a", "cooling": "air", "module_mw": 1, "max_modules": 10}
    return row | {"lead_time_months": 0, "price_musd_per_mw": 10} | cells


def run(name: str, gang: int, months: int, at: int, value: float, **cells: Any) -> Row:
    """A row of `runs` that needs `gang` x1 for `months` from month `at`, not earlier and not later."""
    row = {"run": name, "flop_zflop": gang * months * MFU * ZFLOP_PER_PFLOPS_MONTH, "mfu": MFU, "goodput": 1}
    row |= {"durations_months": [months], "eligible": ["x1"], "value_musd": value}
    return row | {"earliest": date(at), "latest": date(at), "due": date(at + months)} | cells


def work(worth: float, up_to: float, **cells: Any) -> dict[str, list[Row]]:
    """The tables of a stream `work` that earns `worth` M$ a month with each of the first `up_to` x1."""
    row = {"stream": "work", "mfu": 1, "eligible": ["x1"]} | cells
    segment = {"stream": "work", "up_to_pflops": up_to, "musd_per_pflops_month": worth}
    return {"streams": [row], "stream_segments": [segment]}


def scenario(periods: list[int], *, calendar: Row | None = None, finance: Row | None = None,
             power: Row | None = None, **tables: list[Row]) -> Document:  # fmt: skip
    """A scenario document: monthly slots, no tail, no terminal value, solved to gap 0."""
    return {
        "calendar": {"start": "2026-01", "periods": periods, "tail_months": 0} | (calendar or {}),
        "finance": {"discount_rate": RATE, "terminal_value": "none", "average_draw": 1} | (finance or {}),
        "power": {"fabric_draw_share": 0} | (power or {}),
        "solve": {"gap": 0, "threads": 1},
        "tables": {"accelerators": [accelerator()], "sites": [{"site": "alpha", "pue": 1}]} | tables,
    }


def with_fleet(count: int, periods: list[int], **given: Any) -> Document:
    """A scenario with so many x1 that stand at alpha, and none to order."""
    return scenario(periods, fleet=[fleet(count)], accelerators=NOT_FOR_SALE, **given)


def solve(document: Document, objective: float) -> Plan:
    """The plan of a scenario, proven, checked and worth what the arithmetic says."""
    plan = planner.load(document).solve()
    assert plan.objective_musd == pytest.approx(objective, rel=1e-9, abs=1e-9)
    assert (plan.status, plan.gap, plan.checked) == ("optimal", 0.0, True)
    return plan


def total(plan: Plan, name: str, **at: Any) -> float:
    """The sum of a result over all that `at` does not fix."""
    return float(plan.data[name].sel(at).sum())


def money(plan: Plan) -> dict[str, float]:
    """Nominal M$ by `kind part where date`, what is zero left out."""
    data, found = plan.data, defaultdict(float)
    keys = zip(*(data[f"line_{name}"].values for name in ("kind", "part", "where", "date")), strict=True)
    for key, amount in zip(keys, data["ledger_musd"].values, strict=True):
        found[" ".join(key)] += float(amount)
    return {key: amount for key, amount in found.items() if abs(amount) > 1e-12}
