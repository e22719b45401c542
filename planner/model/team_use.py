"""The compute that teams use, could use at most, and that is online: terms and amounts, PFLOP/s at dense bf16 peak."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from planner.data.derive import Case
from planner.data.teams import read_tree, reference_pflops, stream_asked, teams_of_runs
from planner.model.slots import Present
from planner.model.terms import Terms
from planner.model.workspace import Workspace, linear


def use_by_team(m: Workspace, d: Case) -> dict[tuple[str, int], Terms]:
    """(team, period): the compute that its runs and streams take, groups the sum of their members."""
    tree, periods = read_tree(d.inputs), range(len(d.calendar.periods))
    starts = list(m.need("start").values())
    of_run, peak = teams_of_runs(d.inputs), _peaks(d)
    amounts = _of_runs(m, d, of_run, peak)
    terms: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for (i, g, _, t), use in m.need("stream_use").items():
        terms[d.streams[i]["team"], t].append((peak[g], use))
    given = _given(d, of_run, peak)
    found = {}
    for k, members in tree.members.items():
        for t in periods:
            pairs = [(a, starts[c]) for x in members for p in amounts.get((x, t), ()) for a, c in p]
            pairs += [pair for x in members for pair in terms.get((x, t), ())]
            found[k, t] = linear(pairs, sum(given.get((x, t), 0.0) for x in members))
    return found


def most_use(m: Workspace, d: Case) -> dict[tuple[str, int], float]:
    """(asking team, period): no more than this its runs and streams could use, PFLOP/s at dense bf16 peak."""
    of_run, peak = teams_of_runs(d.inputs), _peaks(d)
    found: dict[tuple[str, int], float] = defaultdict(float, _given(d, of_run, peak))
    run = d.placements["run"].to_numpy()
    for key, parts in _of_runs(m, d, of_run, peak).items():
        each: dict[int, float] = defaultdict(float)
        for part in parts:
            for amount, candidate in part:
                each[candidate] += amount
        of_each_run: dict[str, float] = defaultdict(float)
        for candidate, amount in each.items():
            of_each_run[run[candidate]] = max(of_each_run[run[candidate]], amount)
        found[key] += sum(of_each_run.values())
    for i, row in d.streams.items():
        speeds = [(peak[g], d.stream_speed(i, g)) for g in row["eligible"]]
        a_pflops = max((most / speed for most, speed in speeds if speed), default=0.0)
        dated = [demand for demand in d.inputs.rows("stream_demand") if demand["stream"] == i]
        floor = max(stated["floor_pflops"] for stated in (row, *dated))
        for t, period in enumerate(d.calendar.periods):
            asked = [stream_asked(d.inputs, d.calendar, row, month) for month in range(period.start, period.end)]
            found[row["team"], t] += a_pflops * max(floor, *asked)
    return found


def _peaks(d: Case) -> dict[str, float]:
    return {g: reference_pflops(row) for g, row in d.accelerators.items()}


def _of_runs(
    m: Workspace, d: Case, of_run: dict[str, str], peak: dict[str, float]
) -> dict[tuple[str, int], list[Present]]:
    """(asking team, period): the compute that candidates of its runs take."""
    number = {k: i for i, k in enumerate(read_tree(d.inputs).asking)}
    whose = np.array([number.get(of_run.get(r, ""), -1) for r in d.placements["run"]], dtype=np.int64)
    names, found = list(number), defaultdict(list)
    for (g, _, t), present in m.need("gang_shares").items():
        free = present.where(present.candidates >= 0)
        for k in np.unique(whose[free.candidates]).tolist():
            if k >= 0:
                mine = free.where(whose[free.candidates] == k)
                found[names[k], t].append(Present(mine.amounts * peak[g], mine.candidates))
    return found


def _given(d: Case, of_run: dict[str, str], peak: dict[str, float]) -> dict[tuple[str, int], float]:
    """(team, period): what runs in progress that cannot be cancelled take."""
    found: dict[tuple[str, int], float] = defaultdict(float)
    decided = {row["running"] for row in d.inputs.rows("cancellable")}
    for row in d.inputs.rows("running"):
        if row["running"] in of_run and row["running"] not in decided:
            for t, period in enumerate(d.calendar.periods):
                months = max(0, min(period.end, d.calendar.month(row["until"])) - period.start)
                found[of_run[row["running"]], t] += peak[row["accelerator"]] * row["n"] * months / period.months
    return found


def compute_online(m: Workspace, d: Case) -> dict[int, list[Any]]:
    """Terms of the compute online in each period, as far as it is healthy."""
    found: dict[int, list[Any]] = {t: [] for t in range(len(d.calendar.periods))}
    each = {g: reference_pflops(row) * row["availability"] for g, row in d.accelerators.items()}
    for (g, _, t), terms in m.need("online").items():
        found[t] += [(each[g] * c, v) for c, v in terms]
    return found
