"""How a plan treats each team and all of them: service, lateness, use and entitlement, envy, fairness and its price.

By team or group k, with value[k] of today, alone[k] its value standing alone, measure[k] what it is measured against:

    u = value / measure;  regret = max(0, 1 - value / alone)
    service ratio = value / value of all it asks for, served on time and in full
    request accuracy = useful compute it gets / useful compute it asks for
    finish-time ratio = months from `earliest` to the finish / the same standing alone, mean of the runs that it does
        alone; one that is refused counts as finished when all needs that it would fulfil are fulfilled otherwise, else
        where reporting ends (Mahajan et al., Themis, NSDI 2020)
    envy = the most, over other teams, of their accelerator-months at its speeds / its own, each by its entitlement, in
        what is reported
    lost per gained = what the others lose / what it gains, against the best plan without fairness

Over all asking teams: Jain's index (sum u)^2 / (n * sum u^2); price of fairness = net value lost against the best plan
without fairness / that plan's gross value (gross cost, where that is least), between what is proven of both; the worst
regret and finish-time ratio. The price is that of as much fairness as was reached: where the goals of the policy are
not proven, the fairest plan may cost more or less. A group's figures are its members' sums.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from planner.core.declare import Output
from planner.data.derive import Case
from planner.data.sizing import run_flop_zflop
from planner.data.teams import (
    compute_asked,
    read_tree,
    reference_pflops,
    teams_of_runs,
    useful_pflops_months,
    value_on_time,
)
from planner.results.dims import Dim
from planner.results.extract import put_all
from planner.results.finishes import DONE, finish_ratio, lateness
from planner.solve.search import Found
from planner.solve.sharing.account import Account

BY_TEAM = (
    ("team_alone_musd", "M$", "value standing alone with its share of every limit, of today"),
    ("team_u", "1", "value over what it is measured against"),
    ("team_regret", "1", "share of its value standing alone that it goes without"),
    ("team_service_ratio", "1", "value over that of all it asks for, in full and on time"),
    ("team_request_accuracy", "1", "useful compute it gets over what it asks for"),
    ("team_measure_musd", "M$", "what its value is measured against: alone, or 5 % of all it asks for if that is more"),
    ("team_asked_musd", "M$", "value of all it asks for, in full and on time, of today"),
    ("team_finish_ratio", "1", "months to the finish over those standing alone, mean of the runs it does alone"),
    ("team_months_late", "months", "months after `due` of its programmes and other runs, all together"),
    ("team_envy", "1", "the most compute of another team over its own, each by its entitlement"),
    ("team_lost_per_gained", "1", "what the others lose over what it gains, against the best plan without fairness"),
)
USE = (
    ("team_used_pflops", "compute used at dense bf16 peak"),
    ("team_entitled_pflops", "entitlement, of what is online and healthy"),
    ("team_unused_pflops", "entitlement that it does not use"),
    ("team_beyond_pflops", "use beyond its entitlement"),
)
NAN = float("nan")
LEAST, LEAST_GAIN = 1e-6, 1e-4  # M$, and of what a team is measured against: a gain below is none


def add_teams(data: xr.Dataset, dims: dict[str, Dim], case: Case, account: Account, found: Found) -> None:
    """Add the indicators by dim `team`, use by period, and the account as attribute `sharing`."""
    tree, values = (
        read_tree(case.inputs),
        dict(zip(dims["team"].keys, data["team_value_today_musd"].values, strict=True)),
    )
    months, use, entitled = accelerator_months(data, case), used(data, case), entitlement(data, case)
    facts = {k: _indicators(k, members, values, case, account, data, months) for k, members in tree.members.items()}
    arrays: list[tuple[Output, Any]] = [
        (Output(name, "", ("team",), unit, meaning), np.array([facts[k][name] for k in dims["team"].keys]))
        for name, unit, meaning in BY_TEAM
    ]
    by_period = {k: (sum(use[x] for x in members), entitled * tree.share[k]) for k, members in tree.members.items()}
    rows = {
        "team_used_pflops": {k: a for k, (a, _) in by_period.items()},
        "team_entitled_pflops": {k: e for k, (_, e) in by_period.items()},
        "team_unused_pflops": {k: np.maximum(0.0, e - a) for k, (a, e) in by_period.items()},
        "team_beyond_pflops": {k: np.maximum(0.0, a - e) for k, (a, e) in by_period.items()},
    }
    arrays += [
        (Output(name, "", ("team", "period"), "PFLOP/s", meaning), np.array([rows[name][k] for k in dims["team"].keys]))
        for name, meaning in USE
    ]
    put_all(data, dims, arrays)
    data.attrs["sharing"] = json.dumps(account.document() | overall(facts, tree.asking, account, data, found))


def overall(
    facts: Mapping[str, Mapping[str, float]], asking: tuple[str, ...], account: Account, data: xr.Dataset, found: Found
) -> dict[str, Any]:
    """Jain's index, the least u, the worst regret and finish-time ratio, the price of fairness as an interval."""
    finish = {k: facts[k]["team_finish_ratio"] for k in asking if not math.isnan(facts[k]["team_finish_ratio"])}
    u = [facts[k]["team_u"] for k in asking if not math.isnan(facts[k]["team_u"])]
    regret = {k: facts[k]["team_regret"] for k in asking if not math.isnan(facts[k]["team_regret"])}
    worst = max(regret, key=lambda k: regret[k], default=None)
    low, high = price_of_fairness(
        account.best_net_musd, account.best_gap_musd, found.objective, found.bound - found.objective,
        account.best_gross_musd,
    )  # fmt: skip
    return {
        "jain": jain(u),
        "least_u": min(u, default=None),
        "worst_team": worst,
        "worst_regret": None if worst is None else regret[worst],
        "worst_finish_ratio": max(finish.values(), default=None),
        "price_of_fairness": [low, high],
    }


def jain(u: list[float]) -> float | None:
    """(sum u)^2 / (n * sum u^2), from 1/n to 1 (Jain, Chiu and Hawe, DEC-TR-301, 1984); none without any."""
    squares = sum(x * x for x in u)
    return sum(u) ** 2 / (len(u) * squares) if squares > 0 else None


def price_of_fairness(
    best: float, best_gap: float, fair: float, fair_gap: float, gross: float | None = None
) -> tuple[float, float]:
    """What is lost of the best / gross value (after Bertsimas, Farias and Trichakis, Operations Research 59, 2011).

    Between what is proven of both plans. `gross`: what it is a share of, where `best` and `fair` are net values: where
    things can be bought, a fairer plan may be worth more gross and cost more than that.
    """
    whole = best if gross is None else gross
    if whole <= 0:
        return 0.0, 0.0
    return max(0.0, best - fair - fair_gap) / whole, max(0.0, best + best_gap - fair) / whole


def _indicators(
    k: str,
    members: tuple[str, ...],
    values: Mapping[str, float],
    case: Case,
    account: Account,
    data: xr.Dataset,
    months: Mapping[str, Mapping[str, float]],
) -> dict[str, float]:
    alone = sum(account.alone[x].value_musd for x in members)
    measure = NAN if math.isnan(alone) else sum(account.measure.get(x, 0.0) for x in members)
    on_time, asked = value_on_time(case.inputs, case.calendar), compute_asked(case.inputs, case.calendar)
    value = float(values[k])
    gained = value - account.best[k]
    others = [x for x in account.alone if x not in members]
    lost = sum(account.best[x] - float(values[x]) for x in others)
    late = lateness(case.inputs, data)
    return {
        "team_alone_musd": alone,
        "team_u": _ratio(value, measure),
        "team_regret": max(0.0, 1.0 - value / alone) if alone > 0 else NAN,
        "team_service_ratio": _ratio(value, sum(on_time[x] for x in members)),
        "team_request_accuracy": _ratio(_served(members, case, data), sum(asked[x] for x in members)),
        "team_measure_musd": measure if measure > 0 else NAN,
        "team_asked_musd": sum(on_time[x] for x in members),
        "team_finish_ratio": finish_ratio(members, case, account, data),
        "team_months_late": sum(late.get(x, 0.0) for x in members),
        "team_envy": envy(k, members, months, case),
        "team_lost_per_gained": lost / gained if gained > max(LEAST, LEAST_GAIN * measure) else NAN,
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else NAN


def _served(members: tuple[str, ...], case: Case, data: xr.Dataset) -> float:
    """Useful compute that some teams get, PFLOP/s-months."""
    whose, total = teams_of_runs(case.inputs), 0.0
    if case.runs:
        for r, status in zip(data["run"].values.tolist(), data["run_status"].values.tolist(), strict=True):
            if status in DONE and whose.get(r) in members:
                total += useful_pflops_months(run_flop_zflop(case.runs[r]))
    for i, row in case.streams.items():
        if row["team"] in members:
            months = data["months"].where(~data["in_tail"], 0)
            total += float((data["served"].sel(stream=i) * months).sum())
    return total


def accelerator_months(data: xr.Dataset, case: Case) -> dict[str, dict[str, float]]:
    """By asking team and type: accelerator-months that its runs and streams hold while it is reported."""
    found: dict[str, dict[str, float]] = {k: defaultdict(float) for k in read_tree(case.inputs).asking}
    months = data["months"].where(~data["in_tail"], 0).values
    for k, g, amounts in _holdings(data, case):
        if k in found:
            found[k][g] += float((amounts * months).sum())
    return found


def used(data: xr.Dataset, case: Case) -> dict[str, Any]:
    """By asking team: compute used in each period, PFLOP/s at dense bf16 peak."""
    found = {k: np.zeros(len(case.calendar.periods)) for k in read_tree(case.inputs).asking}
    for k, g, amounts in _holdings(data, case):
        if k in found:
            found[k] += reference_pflops(case.accelerators[g]) * amounts
    return found


def entitlement(data: xr.Dataset, case: Case) -> Any:
    """Compute that is online and healthy in each period, PFLOP/s at dense bf16 peak: what shares are of."""
    each = np.array([reference_pflops(row) * row["availability"] for row in case.accelerators.values()])
    return np.einsum("g,gst->t", each, data["online"].values) if "online" in data else 0.0


def _holdings(data: xr.Dataset, case: Case) -> list[tuple[str, str, Any]]:
    """(team, type, accelerators in each period) of every gang there and every stream."""
    whose, found, periods = teams_of_runs(case.inputs), [], case.calendar.periods
    chosen = set(np.flatnonzero(data["start"].values > 0.5).tolist()) if "start" in data else set()
    runs = case.placements["run"].tolist()
    gangs: list[tuple[str, Any]] = [
        (runs[p["candidate"]], p) for p in case.parts.to_dict("records") if p["candidate"] in chosen
    ]
    decided = {row["running"] for row in case.inputs.rows("cancellable")}
    for row in case.inputs.rows("running"):
        if row["running"] not in decided:
            held = {"accelerator": row["accelerator"], "n": row["n"], "start": 0}
            gangs.append((row["running"], held | {"finish": case.calendar.month(row["until"])}))
    for run, part in gangs:
        overlap = [max(0, min(p.end, part["finish"]) - max(p.start, part["start"])) / p.months for p in periods]
        found.append((whose.get(run, ""), part["accelerator"], part["n"] * np.array(overlap)))
    if case.streams and "stream_use" in data:
        use = data["stream_use"].sum("site")
        for i, row in case.streams.items():
            found += [(row["team"] or "", g, use.sel(stream=i, accelerator=g).values) for g in case.accelerators]
    return found


def envy(k: str, members: tuple[str, ...], months: Mapping[str, Mapping[str, float]], case: Case) -> float:
    """The most that others' accelerator-months are to a team, over its own; each divided by its entitlement."""
    tree, speed = read_tree(case.inputs), _speeds(members, case)

    def worth(teams: tuple[str, ...], share: float) -> float:
        held = sum(n * speed.get(g, 0.0) for x in teams for g, n in months[x].items())
        return held / share if share > 0 else 0.0

    own = worth(members, tree.share[k])
    most = max((worth((x,), tree.share[x]) for x in tree.asking if x not in members), default=0.0)
    return most / own if own > 0 else (math.inf if most > 0 else NAN)


def _speeds(members: tuple[str, ...], case: Case) -> dict[str, float]:
    """Compute of a type to some teams: its dense bf16 peak, if any of their requests can use it."""
    whose = teams_of_runs(case.inputs)
    usable = {g for r, row in case.runs.items() if whose.get(r) in members for g in row["eligible"]}
    usable |= {g for row in case.streams.values() if row["team"] in members for g in row["eligible"]}
    return {g: reference_pflops(case.accelerators[g]) for g in usable}
