"""Budgets by fiscal year: years cut by the horizon, years that the tail lengthens, years after the last row."""

from __future__ import annotations

from planner.model.rooms.budgets import budget_rows
from tests.model.texts import case, rows, shown

WORK = """
    sites
    site  pue
    alpha 1.1

    accelerators
    accelerator lot_size bf16_dense_tflops lead_time_months life_months price_usd
    x1          8        1000              0                60          30000

    streams
    stream mfu eligible
    work   0.5 x1

    budgets
    fiscal_year category budget_musd carry_over_share pull_forward_share overrun_price_musd
"""
HEADER = "category year first cap carry pull overrun"


def _budgets(calendar: str, budgets: str) -> list[list[str]]:
    found = budget_rows(case(f"calendar: {calendar}\n\n{WORK}{budgets.lstrip(chr(10))}"))
    lines = ((*key, b.first_month, b.cap, b.carry_over, b.pull_forward, b.overrun_price) for key, b in found.items())
    return shown(HEADER, lines)


def test_a_year_cut_by_the_start_has_its_amount_for_the_months_covered() -> None:
    assert _budgets("start=2026-01 periods=3,12 slot_months=3 fiscal_year_starts=4", """
        2026 all   9   0.5 0.2 -
        2027 all   48  0.4 0.1 3
        2026 power 1   0   0   -
        2027 power 2   0   0   -
    """) == rows("""
        category year first cap carry pull overrun
        all      2026 0     9   0.5   0.2  -
        all      2027 3     48  0.4   0.1  3
        power    2026 0     1   0     0    -
        power    2027 3     2   0     0    -
    """)  # fmt: skip


def test_a_year_the_tail_lengthens_grows_and_later_years_hold_its_monthly_rate() -> None:
    assert _budgets("start=2026-01 periods=6 tail_months=14", "2026 all 60 0.5 0.2 3") == rows("""
        category year first cap carry pull overrun
        all      2026 0     120 0.5   0.2  3
        all      2027 12    80  0.5   0.2  3
    """)


def test_a_year_of_the_tail_alone_has_its_amount_for_the_months_modelled() -> None:
    assert _budgets("start=2026-01 periods=12 tail_months=14", """
        2026 all 60 0 0 -
        2027 all 30 0 0 -
    """) == rows("""
        category year first cap carry pull overrun
        all      2026 0     60  0     0    -
        all      2027 12    30  0     0    -
        all      2028 24    5   0     0    -
    """)  # fmt: skip


def test_a_scenario_without_budgets_has_none() -> None:
    assert not budget_rows(case(WORK.split("    budgets")[0]))
