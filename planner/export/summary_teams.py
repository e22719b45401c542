"""The summary's paragraphs on teams: what each gets, what fairness costs, what each goal gave up."""

from __future__ import annotations

import json
import math

import xarray as xr

from planner.export.words import cut, grid, money, percent, tenths, wrapped

LEAST = 1e-5  # of a share: below, nothing is said of it
HEAD = ("team", "M$", "alone M$", "of alone", "asked, of value", "late, months", "envy")


def teams(data: xr.Dataset) -> list[str]:
    """Teams against standing alone, and the goals in the order in which they were sought; nothing without a policy."""
    if "sharing" not in data.attrs:
        return []
    said = json.loads(data.attrs["sharing"])
    rows = []
    for k in data["team"].values.tolist():
        at = {name: float(data[f"team_{name}"].sel(team=k)) for name in
              ("value_today_musd", "alone_musd", "regret", "service_ratio", "months_late", "envy")}  # fmt: skip
        rows.append(
            (str(k), tenths(at["value_today_musd"]), tenths(at["alone_musd"]), _share(1.0 - at["regret"]),
             _share(at["service_ratio"]), tenths(at["months_late"]), _number(at["envy"]))
        )  # fmt: skip
    low, high = (max(0.0, x) for x in said["price_of_fairness"])
    price = percent(low) if high - low < 1e-4 else f"{percent(low)} to {percent(high)}"
    jain = "unknown" if said["jain"] is None else f"{said['jain']:.3f}"
    worst = f"; worst against standing alone: {said['worst_team']}, without {percent(said['worst_regret'])} of it" * (
        said["worst_team"] is not None and said["worst_regret"] > LEAST
    )
    lines = [f"Teams, by policy {said['policy']}", *grid(HEAD, rows, left=(0,))]
    lines += wrapped(f"Price of fairness {price} of gross value; Jain's index {jain}{worst}.", "  ")
    if said["policy"] == "pro_rata":
        lines += wrapped("Note: shares go by compute asked for; who asks for more than needed gets more.", "  ")
    return lines + goals(said["stages"])


def goals(stages: list[dict[str, float]]) -> list[str]:
    """What each goal gave up of net value against the one before."""
    lines = ["Goals in order: net value, what it gave up, what is spent"]
    for stage in stages:
        given = money(max(0.0, stage["given_up_musd"])) if stage["given_up_musd"] > -1e-9 else "nothing"
        lines.append(
            cut(f"  {stage['goal']}: {money(stage['net_musd'])}, gave up {given}, spends {money(stage['spend_musd'])}")
        )
    return lines


def _share(value: float) -> str:
    return "-" if math.isnan(value) else percent(value)


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "-" if math.isnan(value) else "all"
