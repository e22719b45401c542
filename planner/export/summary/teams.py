"""The summary's paragraphs on teams: what each gets, what fairness costs, what each goal gave up."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr

from planner.export.legend import legend
from planner.export.tables import PlanTables
from planner.export.words import grid, money, percent, tenths, wrapped

IN_MONEY = ("value", "priority")
STOPPED = {"interrupted": ", interrupted", "time_limit": ", out of time", "work_limit": ", out of work"}
LEAST = 1e-5  # of a share: below, nothing is said of it
FIGURES = (
    "value_today_musd",
    "alone_musd",
    "u",
    "regret",
    "service_ratio",
    "request_accuracy",
    "finish_ratio",
    "months_late",
    "envy",
)
HEAD = ("team", "M$", "alone M$", "u", "service", "accuracy", "finish", "late", "envy")
LEGEND = (
    "u: value over that standing alone; service, accuracy: of the value and the compute asked; finish: months over "
    "those alone; late: months; envy: the most that others have for it over its own, by entitlement."
)


def teams(tables: PlanTables) -> list[str]:
    """Teams against standing alone, and the goals in the order in which they were sought; nothing without a policy."""
    data, gap_is_of = tables.reading.data, tables.reading.gap_is_of
    if "sharing" not in data.attrs:
        return []
    said = json.loads(data.attrs["sharing"])
    rows = []
    for k in data["team"].values.tolist():
        at = {name: float(data[f"team_{name}"].sel(team=k)) for name in FIGURES}
        rows.append(
            (str(k), tenths(at["value_today_musd"]), _number(at["alone_musd"], tenths), _number(at["u"]),
             _share(at["service_ratio"]), _share(at["request_accuracy"]), _number(at["finish_ratio"]),
             tenths(at["months_late"]), _number(at["envy"]))
        )  # fmt: skip
    low, high = (max(0.0, x) for x in said["price_of_fairness"])
    price = percent(low) if high - low < 1e-4 else f"{percent(low)} to {percent(high)}"
    jain = "unknown" if said["jain"] is None else f"{said['jain']:.3f}"
    worst = ""
    if (said["worst_regret"] or 0.0) > LEAST:
        worst = f"; worst against standing alone: {said['worst_team']}, without {percent(said['worst_regret'])} of it"
    if (finish := said["worst_finish_ratio"] or 0.0) > 1.0 + LEAST:
        worst += f"; worst finish {finish:.2f} times the months alone"
    lines = [f"Teams, by policy {said['policy']}", *grid(HEAD, rows, left=(0,))]
    for said_of in (LEGEND, *legend(tables.reading, tables.teams.records())):
        lines += wrapped(said_of, "  ")
    lines += alone(said)
    of = f"{price} of {gap_is_of}{'' if fairest(said) else ' for what was reached of it'}"
    lines += wrapped(f"Price of fairness {of}; Jain's index {jain}{worst}.", "  ")
    if said["policy"] == "pro_rata":
        lines += wrapped("Note: shares go by compute asked for; who asks for more than needed gets more.", "  ")
    return lines + goals(said)


def fairest(said: Mapping[str, Any]) -> bool:
    """Whether the goals of the policy are proven; else the fairest plan may cost more, or less, than is said."""
    gaps = [stage["gap"] for stage in said["stages"] if stage["kind"] == said["policy"]]
    return not said["ahead"] and all(gap < LEAST for gap in gaps)


def alone(said: Mapping[str, Any]) -> list[str]:
    """Of which teams the best plan alone is not proven: what `u` and regret are against is then what was found."""
    gaps = {k: at["gap_musd"] for k, at in said["alone"].items() if k in said["measure"] or at["value_musd"] == 0.0}
    scale = {k: max(1.0, said["measure"].get(k, 0.0)) for k in gaps}
    more = [f"{k} up to {money(gap)}" for k, gap in gaps.items() if LEAST * scale[k] < gap < math.inf]
    none = [k for k, gap in gaps.items() if math.isinf(gap)]
    lines = wrapped(f"Alone is as found; the best alone may net more: {', '.join(more)}.", "  ") if more else []
    if none:
        text = f"No plan alone was found in time of {', '.join(none)}: u is against 5 % of all it asks for."
        lines += wrapped(text, "  ")
    return lines


def goals(said: Mapping[str, Any]) -> list[str]:
    """What each goal came to, how well that is proven, and what it gave up of net value against the one before."""
    lines = ["Goals in order: what was reached, what it gave up of net value, what is spent"]
    for stage in said["stages"]:
        amount = money(stage["found"]) if stage["kind"] in IN_MONEY else f"{stage['found']:.3f}"
        if stage["kind"] in ("spend", "churn"):  # made most of with their signs turned
            amount = money(-stage["found"]) if stage["kind"] == "spend" else f"{round(-stage['found'])} moved"
        proven = "proven" if stage["gap"] < LEAST else f"proven within {percent(stage['gap'])}"
        proven = proven if math.isfinite(stage["gap"]) else "nothing proven yet"
        text = f"{stage['goal']}: {amount}, {proven}{STOPPED.get(stage['status'], '')}, gave up "
        if stage["settled"]:
            text += f"{money(max(0.0, stage['given_up_musd']))}, spends {money(stage['spend_musd'])}"
        else:  # net value is not sought here: money lies about
            text += f"at most {money(max(0.0, stage['given_up_musd']))}"
        lines += wrapped(text, "  ")
    if said["ahead"]:
        lines += wrapped(f"Not reached: {', '.join(said['ahead'])}.", "  ")
    return lines


def last_goal_in_time(data: xr.Dataset) -> bool:
    """Whether the last goal came to its gap though the plan's status, the worst of all goals', is a limit."""
    said = json.loads(data.attrs.get("sharing", "{}"))
    reached = bool(said) and not said["ahead"] and said["stages"][-1]["status"] not in STOPPED
    return reached and data.attrs["status"] in ("time_limit", "work_limit")


def _share(value: float) -> str:
    return "-" if math.isnan(value) else percent(value)


def _number(value: float, shown: Callable[[float], str] = "{:.2f}".format) -> str:
    return shown(value) if math.isfinite(value) else "-" if math.isnan(value) else "all"
