"""Plans by several policies side by side, as plain text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from textwrap import indent

import xarray as xr

from planner.export.words import amount, count, grid, percent, tenths, wrapped

HEAD = ("policy", "net M$", "to the best by this rule", "price of fairness", "refused", "late, months")
HEAD_2 = ("policy", "worst finish", "least u", "Jain", "MW idle", "moved", "quarters", "gap M$", "ended")
NOTHING = 1e-9  # M$ or a share: what arithmetic leaves
NOTES = (
    "Net value of today. To the best: from the best plan by any rule, between what the gaps leave open of plans as "
    "fair as this one. Price of fairness: net value given up, of the best plan's gross value. Late: months after "
    "`due`, of all programmes and other runs. Worst finish: months to the finish over months to `due`. u: a team's "
    "value over that standing alone with its entitlement."
)


def policies_text(data: xr.Dataset, moved: Mapping[str, str]) -> str:
    """Figures by policy, then by team, then what moved from the plans before (by policy; empty: none)."""
    names = [str(name) for name in data["policy"].values]
    at = {name: {str(k): v.item() for k, v in data.sel(policy=name).data_vars.items() if not v.dims} for name in names}
    what = "the plan before" if moved else "the best plan"
    lines = ["Policies side by side", *grid(HEAD, [_money(name, at[name]) for name in names], left=(0,))]
    lines += ["", *grid(HEAD_2, [_sharing(name, at[name]) for name in names], left=(0, 8))]
    lines += wrapped(f"{NOTES} Moved: runs whose start differs from {what}, and by how many quarters.", "  ")
    if "team" in data.dims:
        lines += ["", "Value of each team, M$ of today (over what it is measured against: standing alone)"]
        teams = [str(k) for k in data["team"].values]
        lines += grid(("team", *names), [(k, *(_team(data, name, k) for name in names)) for k in teams])
    for name, text in moved.items():
        lines += ["", f"What moved by policy {name}", *indent(text, "  ").splitlines()]
    return "\n".join(lines)


def _money(name: str, at: Mapping[str, float]) -> tuple[str, ...]:
    if math.isnan(at["objective_musd"]):
        return (name, "-", "-", "-", "-", "-")
    return (
        name, tenths(at["objective_musd"]), _between(at["low_musd"], at["high_musd"]), _price(at),
        count(at["refused"]), count(at["months_late"]),
    )  # fmt: skip


def _sharing(name: str, at: Mapping[str, float]) -> tuple[str, ...]:
    numbers = [f"{at[key]:.2f}" for key in ("finish_ratio", "least_u", "jain")]
    numbers += [amount(at["stranded_mw"]), count(at["moved"]), tenths(at["quarters"]), tenths(at["gap_musd"])]
    shown = ["-" if text == "nan" else text for text in numbers]
    return (name, *shown, str(at["status"]))


def _between(low: float, high: float) -> str:
    if math.isnan(low):
        return "-"
    text = f"{low:+,.1f} to {high:+,.1f}"
    return "0" if max(abs(low), abs(high)) < NOTHING else text if low > 0 or high < 0 else f"{text}: not resolved"


def _price(at: Mapping[str, float]) -> str:
    low, high = at["price_low"], at["price_high"]
    if math.isnan(low):
        return "-"
    return "0" if max(abs(low), abs(high)) < NOTHING else f"{percent(low)} to {percent(high)}"


def _team(data: xr.Dataset, name: str, team: str) -> str:
    at = data.sel(policy=name, team=team)
    value, u = float(at["team_value_today_musd"]), float(at["team_u"])
    return "-" if math.isnan(value) else f"{value:,.1f} ({'-' if math.isnan(u) else f'{u:.2f}'})"
