"""When needs are met: against standing alone, and against when they are due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from planner.core.inputs import Inputs
from planner.data.derive import Case
from planner.data.teams import teams_of_runs
from planner.solve.sharing.account import Account

DONE = ("started", "late")


def finish_ratio(members: tuple[str, ...], case: Case, account: Account, data: xr.Dataset) -> float:
    """Mean finish-time ratio of the runs that some teams do alone."""
    if not case.runs:
        return float("nan")
    month = case.calendar.month
    alone = {k: standing.finish for k, standing in account.alone.items()}
    ratios = []
    for r, at, last, _ in _finishes(members, case, alone, data):
        first = month(case.runs[r]["earliest"])
        ratios.append((max(first, last) - first) / (at - first))
    return float(np.mean(ratios)) if ratios else float("nan")


def counted_at_the_end(
    members: tuple[str, ...], case: Case, alone: Mapping[str, Mapping[str, int]], data: xr.Dataset
) -> list[str]:
    """Refused runs of some teams whose finish-time ratio takes them as finished where reporting ends.

    `alone` gives by team the month in which each run is finished that it does alone.
    """
    return [r for r, _, _, at_the_end in _finishes(members, case, alone, data) if at_the_end] if case.runs else []


def _finishes(
    members: tuple[str, ...], case: Case, alone: Mapping[str, Mapping[str, int]], data: xr.Dataset
) -> Iterator[tuple[str, int, int, bool]]:
    """Runs that some teams do alone: their month of finish then, that in the plan, whether it is the end of reporting.

    One that finishes alone in the tail counts as finished then, where it is refused.
    """
    whose, month, otherwise = teams_of_runs(case.inputs), case.calendar.month, _fulfilled_otherwise(case, data)
    by_run = {r: at for x in members for r, at in alone.get(x, {}).items() if whose.get(r) == x}
    stated = (data[name].values.tolist() for name in ("run", "run_status", "run_finish"))
    for r, status, finish in zip(*stated, strict=True):
        if r in by_run:
            done, end = status in DONE, max(by_run[r], case.calendar.reported_end)
            yield r, by_run[r], month(finish) if done else otherwise.get(r, end), not done and r not in otherwise


def lateness(inputs: Inputs, data: xr.Dataset) -> dict[str | None, float]:
    """Months after `due` by team: of programmes, however they are fulfilled, and of runs that are no option of one."""
    found: dict[str | None, float] = defaultdict(float)
    parts = {row["run"] for row in inputs.rows("programme_options")}
    of_runs = {r: k for r, k in teams_of_runs(inputs).items() if r not in parts}
    of_programmes = {row["programme"]: row["team"] for row in inputs.rows("programmes")}
    for dim, whose, left_out in (("run", of_runs, parts), ("programme", of_programmes, set[str]())):
        if f"{dim}_months_late" in data:
            for name, late in zip(data[dim].values.tolist(), data[f"{dim}_months_late"].values.tolist(), strict=True):
                if name not in left_out:
                    found[whose.get(name)] += float(late)
    return found


def _fulfilled_otherwise(case: Case, data: xr.Dataset) -> dict[str, int]:
    """By run: the month from which all programmes are fulfilled that it is an option of, if they are."""
    needs: dict[str, list[str]] = defaultdict(list)
    for row in case.inputs.rows("programme_options"):
        if row["run"] is not None:
            needs[row["run"]].append(row["programme"])
    if not needs:
        return {}
    dates = zip(data["programme"].values.tolist(), data["programme_finish"].values.tolist(), strict=True)
    month = {p: case.calendar.month(date) for p, date in dates if date}
    return {r: max(month[p] for p in asked) for r, asked in needs.items() if all(p in month for p in asked)}
