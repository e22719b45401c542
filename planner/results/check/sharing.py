"""Fairness, second opinion: indicators of teams, and each goal again at the plan: reached, and kept to its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from planner.results.check.case import Case
from planner.results.check.fleet import Fleet, held
from planner.results.check.money import SIGN
from planner.results.check.report import Array
from planner.results.check.teams import below_teams, reference_peak, shares_of

Said = Mapping[str, Any]
SLACK = 1e-5  # of a goal, and of 1: rows may each miss by the solver's tolerance
SPENT = ("capex", "opex", "fee", "penalty")
LEAST_SHARE = 0.05  # of all that a team asks for: the least that its value is measured against


def check_sharing(case: Case, fleet: Fleet, use: Array) -> None:
    """What a plan with an account of its goals says of them and of teams; `use`: by team and period."""
    if "sharing" not in case.data.attrs:
        return
    said: Said = json.loads(case.data.attrs["sharing"])
    asking = [k for k in case.labels["team"] if k in said["alone"]]
    value = dict(zip(case.labels["team"], case.read("team_value_today_musd", "team"), strict=True))
    _by_period(case, fleet, use)
    _indicators(case, said, value)
    _overall(case, said, asking, value)
    _goals(case, said, value)


def _by_period(case: Case, fleet: Fleet, use: Array) -> None:
    rows = case.inputs.rows("teams")
    peak = np.array([reference_peak(row) * float(row["availability"]) for row in case.accelerators.values()])
    shares = shares_of(rows)
    entitled = np.array([shares[row["team"]] for row in rows])[:, None] * np.einsum("g,gst->t", peak, fleet.online)
    for name, values in (
        ("used", use), ("entitled", entitled), ("unused", np.maximum(0.0, entitled - use)),
        ("beyond", np.maximum(0.0, use - entitled)),
    ):  # fmt: skip
        case.compare(f"team_{name}_pflops", values, "team", "period", unit="PFLOP/s")


def _indicators(case: Case, said: Said, value: Mapping[str, float]) -> None:
    """What each team's value is measured against, and its shares of that."""
    rows = case.inputs.rows("teams")
    below = below_teams(rows)
    asked = {k: _asked_musd(case, k) for k in said["alone"]}
    stated = case.stated_labels("team")
    for k, measure in said["measure"].items():
        case.same_cell("team_measure_musd", f"team={k}", measure,
                       max(said["alone"][k]["value_musd"], LEAST_SHARE * asked[k]))  # fmt: skip
    for at, k in enumerate(stated):
        alone = sum(said["alone"][x]["value_musd"] for x in below[k])
        measure = alone if np.isnan(alone) else sum(said["measure"].get(x, 0.0) for x in below[k])
        whole = sum(asked[x] for x in below[k])
        derived = {
            "alone_musd": alone, "asked_musd": whole, "measure_musd": _over(measure, 1.0 if measure > 0 else 0.0),
            "u": _over(value[k], measure), "service_ratio": _over(value[k], whole),
            "regret": max(0.0, 1.0 - value[k] / alone) if alone > 0 else float("nan"),
        }  # fmt: skip
        for name, figure in derived.items():
            if f"team_{name}" in case.data.variables:
                case.same_cell(f"team_{name}", f"team={k}", case.data.variables[f"team_{name}"].values[at], figure)


def _overall(case: Case, said: Said, asking: list[str], value: Mapping[str, float]) -> None:
    u = [value[k] / said["measure"][k] for k in asking if k in said["measure"]]
    alone = {k: said["alone"][k]["value_musd"] for k in asking}
    regret = [max(0.0, 1.0 - value[k] / alone[k]) for k in asking if alone[k] > 0]
    objective, bound = (float(case.data.attrs[f"{name}_musd"]) for name in ("objective", "bound"))
    best, gross = said["best_net_musd"], said["best_gross_musd"]
    lost = (best - bound, best + said["best_gap_musd"] - objective)
    squares = sum(x * x for x in u)
    derived = {"least_u": min(u, default=None), "worst_regret": max(regret, default=None),
               "jain": sum(u) ** 2 / (len(u) * squares) if squares > 0 else None}  # fmt: skip
    for name, figure in derived.items():
        if figure is not None or said[name] is not None:
            case.same_cell("sharing", name, said[name], float("nan") if figure is None else figure)
    for name, figure, stated in zip(("least price", "most price"), lost, said["price_of_fairness"], strict=True):
        case.same_cell("sharing", name, stated, max(0.0, figure) / gross if gross > 0 else 0.0)


def _goals(case: Case, said: Said, value: Mapping[str, float]) -> None:
    """Each goal that was reached is kept by the plan; net value and spend are within what was agreed."""
    net, spend = _money(case)
    stages = said["stages"]
    best = stages[0]
    for stage in stages:
        where = f"goal={stage['goal']}"
        case.found.rows["sharing"] += 1
        if not stage["bound"] >= stage["found"] - SLACK * max(1.0, abs(stage["found"])):
            case.found.add("sharing", where, stage["found"] - stage["bound"], "-", "the bound is below what was found")
        reached = _reached(case, said, stage, value, spend)
        if reached is not None:
            case.found.rows["S4"] += 1
            missed = stage["found"] - SLACK * max(1.0, abs(stage["found"])) - reached
            if not missed <= 0:
                case.found.add(
                    "S4", where, missed, "-", f"{stage['found']:.9g} was reached, the plan has {reached:.9g}"
                )
    fair = any(stage["kind"] == said["policy"] for stage in stages)
    floors = [("value", best, case.setting("sharing", "value_given_up"))] * fair
    for before, stage in pairwise(stages):
        if stage["kind"] in ("spend", "churn"):
            floors.append((stage["goal"], before, case.setting("sharing", f"{stage['kind']}_within")))
    for goal, plan, share in floors:
        if share is not None:
            least = plan["net_musd"] - share * plan["gross_musd"]
            case.found.at_most("S5", least - SLACK * max(1.0, abs(least)), net, [("goal", [goal])])
    if fair and said["policy"] in ("max_min", "alpha_fair", "priority"):
        most = (1.0 + case.setting("sharing", "spend_more")) * best["spend_musd"]
        case.found.at_most("S6", spend, most + SLACK * max(1.0, most), [])


def _reached(case: Case, said: Said, stage: Said, value: Mapping[str, float], spend: float) -> float | None:
    """A goal of fairness or spend at the plan, in the goal's unit; None for others."""
    rows, measure = case.inputs.by_id("teams", "team"), said["measure"]
    weight = _weights(case, list(said["alone"]))
    if stage["kind"] == "max_min":
        return float(sum(sorted(value[k] / measure[k] / weight[k] for k in measure)[: stage["which"]]))
    if stage["kind"] == "sharing_incentive":
        alone = {k: row["value_musd"] for k, row in said["alone"].items() if row["value_musd"] > 0}
        return float(min((min(1.0, value[k] / musd) for k, musd in alone.items()), default=1.0))
    if stage["kind"] == "priority":
        return float(sum(value[k] for k in said["alone"] if rows[k]["priority"] == stage["which"]))
    return -spend if stage["kind"] == "spend" else None


def _weights(case: Case, asking: list[str]) -> dict[str, float]:
    """How much each asking team counts: its part of its parent's, 1 on average."""
    rows = case.inputs.by_id("teams", "team")
    found: dict[str, float] = {}
    for k in asking:
        part, at = 1.0, k
        while at is not None:
            beside = [row["weight"] for row in rows.values() if row["parent"] == rows[at]["parent"]]
            part, at = part * rows[at]["weight"] / sum(beside), rows[at]["parent"]
        found[k] = part * len(asking)
    return found


def _money(case: Case) -> tuple[float, float]:
    """Net value and spend of today, M$."""
    today = {key: amount * case.money.factor(key[3]) for key, amount in case.money.lines.items()}
    least_cost = case.setting("finance", "objective") == "least_cost"
    net = sum(SIGN[key[0]] * musd for key, musd in today.items() if not (least_cost and key[0] == "value"))
    return net, sum(musd for key, musd in today.items() if key[0] in SPENT)


def _asked_musd(case: Case, team: str) -> float:
    """Value of today of all that a team asks for, in full and on time."""
    month, factor, total = case.calendar.month, case.money.factor, 0.0
    for table in ("runs", "programmes"):
        for row in case.inputs.rows(table):
            earns = table == "programmes" and row["counts_revenue"]
            worth = row["revenue_musd"] if earns else row["value_musd"]
            total += worth * factor(month(row["due"])) if row["team"] == team else 0.0
    ends = case.inputs.by_id("running", "running")
    for row in case.inputs.rows("cancellable"):
        if (old := ends[row["running"]])["team"] == team:
            total += row["value_musd"] * factor(min(month(old["until"]), case.calendar.end))
    for row in case.inputs.rows("streams"):
        total += _stream_musd(case, row) if row["team"] == team else 0.0
    return total


def _stream_musd(case: Case, row: Said) -> float:
    def of(table: str) -> list[dict[str, Any]]:
        return [r for r in case.inputs.rows(table) if r["stream"] == row["stream"]]

    steps = sorted((r["up_to_pflops"], r["musd_per_pflops_month"]) for r in of("stream_segments"))
    dated = [(case.calendar.month(r["from"]), r["ceiling_pflops"]) for r in of("stream_demand")]
    total = 0.0
    for m, ceiling in enumerate(held(dated, case.calendar.end, row["ceiling_pflops"])):
        start = case.calendar.starts[np.searchsorted(case.calendar.starts, m, side="right") - 1]
        low = 0.0
        for up_to, worth in steps:
            top = up_to if ceiling is None else min(up_to, ceiling)
            total += max(0.0, top - low) * worth * case.money.factor(float(start))
            low = up_to
    return total


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
