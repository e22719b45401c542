"""The candidates a plan chose, looked at one by one; all candidates, looked at in bulk (D3, D4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.results.check.case import Case
from planner.results.check.gangs import Band, objections, peak_pflops, smallest_gang, too_large
from planner.results.check.report import ABSOLUTE, Array

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen candidate as it follows from the inputs: gang, place, months and value."""

    run: str
    accelerator: int
    place: int
    start: int
    months: int
    size: int
    share: float
    value_musd: float
    pflops_each: float

    @property
    def finish(self) -> int:
        return self.start + self.months


@dataclass(frozen=True, slots=True)
class Offered:
    """All candidates in bulk: run, type and place by position, gang size, value of `start`."""

    accelerator: Positions
    place: Positions
    size: Array
    start: Array
    run: list[str]


def read_offered(case: Case) -> Offered:
    """The candidates of the plan, with integrality and at most one start per run (D3, D4)."""
    if "candidate" not in case.data.sizes:
        nothing = np.zeros(0, dtype=np.int64)
        offered = Offered(nothing, nothing, np.zeros(0), np.zeros(0), [])
    else:
        start = np.asarray(case.data["start"].values, dtype=float)
        offered = Offered(
            _positions(case, "accelerator"),
            _positions(case, "site"),
            np.asarray(case.data["candidate_n"].values, dtype=float),
            np.where(np.isfinite(start), start, -1.0),
            case.texts("candidate_run"),
        )
    dims = [("candidate", [str(i) for i in range(len(offered.run))])]
    case.found.decision("start", offered.start, dims, "-", whole=True)
    _starts_per_run(case, offered)
    return offered


def _positions(case: Case, dim: str) -> Positions:
    names, codes = np.unique(np.asarray(case.data[f"candidate_{dim}"].values).astype(str), return_inverse=True)
    table = np.array([case.position(dim, str(name)) for name in names], dtype=np.int64)
    return table[codes] if names.size else np.zeros(0, dtype=np.int64)


def _starts_per_run(case: Case, offered: Offered) -> None:
    runs = case.inputs.rows("runs")
    names = [row["run"] for row in runs]
    place = {name: i for i, name in enumerate(names)}
    codes = np.array([place.get(name, len(names)) for name in offered.run], dtype=np.int64)
    starts = np.bincount(codes, weights=offered.start, minlength=len(names) + 1)[: len(names)]
    known = np.bincount(codes, minlength=len(names) + 1)[: len(names)] > 0
    must = np.array([bool(row["must_run"]) for row in runs], dtype=bool)
    case.found.at_most("D3", starts, 1.0, [("run", names)], known)
    case.found.at_most("D4", 1.0, starts, [("run", names)], must)


def read_choices(case: Case, offered: Offered) -> list[Choice]:
    """Every candidate with a start, checked against the inputs; sizes and values are derived, not read."""
    runs = case.inputs.by_id("runs", "run")
    choices = []
    for c in np.flatnonzero(np.abs(offered.start) > ABSOLUTE).tolist():
        name = offered.run[c]
        if name not in runs or offered.accelerator[c] < 0 or offered.place[c] < 0:
            text = "names a run, type or place that is not in the inputs"
            case.found.add("eligibility", f"candidate={c}", 1.0, "-", text)
            continue
        choices.append(_choice(case, offered, c, runs[name]))
    return choices


def _choice(case: Case, offered: Offered, c: int, run: dict[str, object]) -> Choice:
    accelerator = case.labels["accelerator"][offered.accelerator[c]]
    place = case.places[offered.place[c]]
    where = f"run={run['run']} accelerator={accelerator} site={place}"
    start = case.calendar.month(str(case.data["candidate_start"].values[c]))
    months = int(case.data["candidate_months"].values[c])
    for objection in objections(case, run, accelerator, place, start, months):
        case.found.add("eligibility", where, 1.0, "-", objection)
    size, band = _size(case, run, accelerator, months, int(offered.size[c]), where)
    too_much = too_large(case, accelerator, place, size)
    if too_much:
        case.found.add("eligibility", where, 1.0, "-", too_much)
    value = _value(case, run, start + months)
    _stated(case, c, start + months, value, where)
    peak = peak_pflops(case.accelerators[accelerator], str(run["number_format"])) or 0.0
    each = peak * band.mfu if band else 0.0
    share = float(offered.start[c])
    g, s = int(offered.accelerator[c]), int(offered.place[c])
    case.found.rows["eligibility"] += 1
    return Choice(str(run["run"]), g, s, start, months, size, share, value, each)


def _size(
    case: Case, run: dict[str, object], accelerator: str, months: int, stated: int, where: str
) -> tuple[int, Band | None]:
    found = smallest_gang(case, run, accelerator, months)
    case.found.rows["size"] += 1
    if found is None:
        text = "no gang of any size does this run there (peak, utilisation or largest gang size)"
        case.found.add("size", where, float(stated), "accelerators", text)
        return stated, None
    size, band = found
    if size != stated:
        text = f"gang of {stated}, the smallest that does it is {size}"
        case.found.add("size", where, abs(size - stated), "accelerators", text)
    return size, band


def _value(case: Case, run: dict[str, object], finish: int) -> float:
    late = max(0, finish - case.calendar.month(str(run["due"])))
    return float(str(run["value_musd"])) * (1.0 - float(str(run["value_loss_per_month"]))) ** late


def _stated(case: Case, c: int, finish: int, value: float, where: str) -> None:
    """The candidate's own finish and value, as published."""
    stated = str(case.data["candidate_finish"].values[c])
    if stated != case.calendar.date(finish):
        text = f"stated {stated}, derived {case.calendar.date(finish)}"
        case.found.add("output:candidate_finish", where, 1.0, "-", text)
    shown = float(case.data["candidate_value_musd"].values[c])
    if not abs(shown - value) <= 1e-6 * abs(value) + 1e-9:
        text = f"stated {shown:.9g}, derived {value:.9g}"
        case.found.add("output:candidate_value_musd", where, abs(shown - value), "M$", text)
