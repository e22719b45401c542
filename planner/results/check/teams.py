"""Teams, second opinion: their values, and what they use, lend and borrow against entitlements (T1 to T9)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from planner.results.check.case import Case
from planner.results.check.chosen import Gang
from planner.results.check.fleet import Fleet, held
from planner.results.check.report import Array

Row = dict[str, Any]
TRADE = ("lent", "borrowed", "released", "extra")
ZFLOP_MONTH = 2.6298  # ZFLOP of 1 PFLOP/s over a month of 2,629,800 s


def check_teams(case: Case, fleet: Fleet, gangs: list[Gang]) -> Array:
    """Values of teams against the plan's lines of value; use and trade against entitlements and guarantees.

    Returns what each team and group uses in each period, PFLOP/s at dense bf16 peak.
    """
    rows = case.inputs.rows("teams")
    if not rows:
        return np.zeros((0, len(case.calendar.starts)))
    groups = {row["parent"] for row in rows}
    asking = [row["team"] for row in rows if row["team"] not in groups]
    below = below_teams(rows)
    _values(case, below)
    policy = case.inputs.now(("setting", "sharing", "policy"))  # none in a plan of a time before there were any
    use = use_of_teams(case, gangs, below)
    _guarantees(case, use)
    if policy in ("entitlement", "pro_rata"):
        _entitlements(case, fleet, str(policy), use, asking)
    return use


def _entitlements(case: Case, fleet: Fleet, policy: str, use: Array, asking: list[str]) -> None:
    rows = case.inputs.rows("teams")
    peak = np.array([reference_peak(row) * float(row["availability"]) for row in case.accelerators.values()])
    there = np.einsum("g,gst->t", peak, fleet.online)
    mine = np.array([row["team"] in asking for row in rows])[:, None]
    if policy == "pro_rata":
        asked = {k: _asked(case, k) for k in asking}
        whole = sum(asked.values())
        parts = np.array([asked.get(row["team"], 0.0) / whole if whole else 1.0 / len(asking) for row in rows])
        case.found.at_most("T1", use, parts[:, None] * there, case.dims("team", "period"), mine)
        return
    _trade(case, rows, use, there, mine)


def below_teams(rows: list[Row]) -> dict[str, set[str]]:
    """The asking teams below each team or group; itself, if it asks."""
    groups = {row["parent"] for row in rows}
    asking = {row["team"] for row in rows} - groups
    return {row["team"]: _below(row["team"], rows) & asking or {row["team"]} for row in rows}


def _below(team: str, rows: list[Row]) -> set[str]:
    found = {row["team"] for row in rows if row["parent"] == team}
    return found.union(*(_below(k, rows) for k in found))


def _values(case: Case, below: dict[str, set[str]]) -> None:
    whose: dict[tuple[str, str], str] = {}
    for table, key in (("runs", "run"), ("streams", "stream"), ("programmes", "programme"), ("running", "running")):
        for row in case.inputs.rows(table):
            whose[key, row[key]] = row["team"]
    earned: dict[str, float] = defaultdict(float)
    for (kind, part, where, month), amount in case.money.lines.items():
        if kind == "value" and whose.get((part, where)) is not None:
            earned[whose[part, where]] += amount * case.money.factor(month)
    values = np.array([sum(earned[x] for x in below[k]) for k in case.labels["team"]])
    case.compare("team_value_today_musd", values, "team", unit="M$")


def reference_peak(row: Row) -> float:
    """PFLOP/s of an accelerator in the unit in which types are added up."""
    return float(row["bf16_dense_tflops"] or 1000.0) / 1000.0


def _team_of_run(case: Case, run: str) -> str | None:
    """A run's own team, else the one that all programmes it fulfils have."""
    for table, key in (("runs", "run"), ("running", "running")):
        for row in case.inputs.rows(table):
            if row[key] == run and row["team"] is not None:
                return str(row["team"])
    programmes = case.inputs.by_id("programmes", "programme")
    teams = {programmes[o["programme"]]["team"] for o in case.inputs.rows("programme_options") if o["run"] == run}
    return teams.pop() if len(teams) == 1 else None


def use_of_teams(case: Case, gangs: list[Gang], below: dict[str, set[str]]) -> Array:
    """Compute that each team and group uses in each period, PFLOP/s at dense bf16 peak."""
    calendar, types = case.calendar, list(case.accelerators.values())
    own: dict[str | None, Array] = defaultdict(lambda: np.zeros(len(calendar.starts)))
    for gang in gangs:
        months = calendar.overlap(gang.start, gang.finish) / calendar.months
        own[_team_of_run(case, gang.run)] += reference_peak(types[gang.accelerator]) * gang.size * gang.share * months
    streams = case.read("stream_use", "stream", "accelerator", "site", "period")
    peak = np.array([reference_peak(row) for row in types])
    for i, row in enumerate(case.inputs.rows("streams")):
        own[row["team"]] += np.einsum("g,gst->t", peak, streams[i])
    return np.array([sum((own[x] for x in sorted(below[k])), np.zeros(len(calendar.starts)))
                     for k in case.labels["team"]])  # fmt: skip


def _guarantees(case: Case, use: Array) -> None:
    if not case.inputs.rows("guarantees"):
        return
    calendar, least = case.calendar, np.zeros(use.shape)
    for i, k in enumerate(case.labels["team"]):
        changes = [(calendar.month(r["from"]), r["pflops"]) for r in case.inputs.rows("guarantees") if r["team"] == k]
        monthly = np.array(held(changes, calendar.end, 0.0), dtype=float)
        least[i] = np.add.reduceat(monthly, calendar.starts) / calendar.months
    case.found.at_most("T7", least, use, case.dims("team", "period"), least > 0)


def _asked(case: Case, team: str) -> float:
    """Useful compute a team asks for, PFLOP/s-months."""
    total, calendar = 0.0, case.calendar
    options = case.inputs.rows("programme_options")
    named = {o["programme"]: o["run"] for o in reversed(options)}  # the first option of each
    for row in case.inputs.rows("runs"):
        instead = any(o["run"] == row["run"] for o in options) and row["run"] not in named.values()
        if _team_of_run(case, row["run"]) == team and not instead:
            zflop = row["flop_zflop"]
            total += (6e-3 * row["params_b"] * row["tokens_b"] if zflop is None else zflop) / ZFLOP_MONTH
    for row in case.inputs.rows("streams"):
        if row["team"] != team:
            continue
        mine = [r for r in case.inputs.rows("stream_demand") if r["stream"] == row["stream"]]
        top = max((r["up_to_pflops"] for r in case.inputs.rows("stream_segments") if r["stream"] == row["stream"]),
                  default=None)  # fmt: skip
        pairs = [(calendar.month(r["from"]), (r["floor_pflops"], r["ceiling_pflops"])) for r in mine]
        for floor, ceiling in held(pairs, calendar.report_end, (row["floor_pflops"], row["ceiling_pflops"])):
            total += ceiling if ceiling is not None else floor if top is None else top
    return total


def shares_of(rows: list[Row]) -> dict[str, float]:
    """What each team or group is entitled to of the whole."""
    shares: dict[str | None, float] = {None: 1.0}
    while len(shares) <= len(rows):
        for row in rows:
            if row["parent"] in shares and row["team"] not in shares:
                beside = [r for r in rows if r["parent"] == row["parent"]]
                left = 1.0 - sum(r["share"] for r in beside if r["share"] is not None)
                weights = sum(r["weight"] for r in beside if r["share"] is None)
                part = row["share"] if row["share"] is not None else max(0.0, left) * row["weight"] / weights
                shares[row["team"]] = shares[row["parent"]] * part
    return {k: share for k, share in shares.items() if k is not None}


def _trade(case: Case, rows: list[Row], use: Array, there: Array, mine: Any) -> None:
    dims, calendar = case.dims("team", "period"), case.calendar
    found = {name: case.read(f"team_{name}", "team", "period") for name in TRADE}
    for name, values in found.items():
        case.found.decision(f"team_{name}", values, dims, "PFLOP/s")
        case.found.never("eligibility", values, dims, ~np.broadcast_to(mine, values.shape), "PFLOP/s", "a group trades")
    credit = case.read("team_credit", "team", "period")
    shares = shares_of(rows)
    entitled = np.array([shares[row["team"]] for row in rows])[:, None] * there
    given = found["lent"] + found["released"]
    case.found.at_most("T1", use + given, entitled + found["borrowed"] + found["extra"], dims, mine)
    case.found.equal("T2", found["borrowed"].sum(axis=0), found["lent"].sum(axis=0), case.dims("period"))
    free = 1.0 - sum(shares[row["team"]] for row, asks in zip(rows, mine[:, 0], strict=True) if asks)
    case.found.at_most("T3", found["extra"].sum(axis=0), found["released"].sum(axis=0) + max(0.0, free) * there,
                       case.dims("period"))  # fmt: skip
    pulled = np.array([row["pull_back_share"] for row in rows], dtype=float)[:, None]
    case.found.at_most("T4", found["released"], pulled * entitled, dims, mine & (pulled > 0))
    case.found.never("T4", found["released"], dims, ~(mine & (pulled > 0)) & np.ones(use.shape, dtype=bool), "PFLOP/s",
                     "entitlement of a team that nothing is pulled back from")  # fmt: skip
    if (pulled[mine[:, 0]] > 0).any() or free > 1e-9:
        gives = case.read("team_gives", "team", "period")
        case.found.decision("team_gives", gives, dims, "1", whole=True)
        case.found.at_most("T8", given * (1 - gives), np.zeros(use.shape), dims, mine)
        case.found.at_most("T9", (found["borrowed"] + found["extra"]) * gives, np.zeros(use.shape), dims, mine)
    opening = np.array([row["credit_pflops_months"] for row in rows], dtype=float)[:, None]
    change = (found["lent"] - found["borrowed"]) * calendar.months
    case.found.equal("T5", credit, opening + np.cumsum(change, axis=1), dims, mine)
    least = np.array([-np.inf if r["credit_limit_pflops_months"] is None else -r["credit_limit_pflops_months"]
                      for r in rows])[:, None] * np.ones(use.shape)  # fmt: skip
    if case.setting("sharing", "settle"):
        least[:, int(np.flatnonzero(np.asarray(calendar.starts) < calendar.report_end)[-1])] = 0.0
    case.found.at_most("T6", least, credit, dims, mine & np.isfinite(least))
