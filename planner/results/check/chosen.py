"""The candidates a plan chose, looked at one by one; all candidates, looked at in bulk (D3, D4).

A gang stands whole at one place or, over a span, in parts at several; runs in progress are gangs that are given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.results.check.case import Case
from planner.results.check.gangs import Band, flop_zflop, objections, parts_of, peak_pflops, smallest_gang, too_large
from planner.results.check.report import ABSOLUTE, Array

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gang:
    """Accelerators held together at one place, by position, in the months [start, finish)."""

    accelerator: int
    place: int
    size: int
    start: int
    finish: int
    share: float
    run: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen candidate as it follows from the inputs: gang, place, months and value."""

    run: str
    accelerator: int
    place: str
    parts: dict[str, int]
    start: int
    months: int
    size: int
    share: float
    value_musd: float
    pflops_each: float
    level: int = 0

    @property
    def finish(self) -> int:
        return self.start + self.months


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a run in progress that may be cancelled: in month `finish`; `until` is that of its own."""

    running: str
    finish: int
    until: int
    kept: bool
    share: float


@dataclass(frozen=True, slots=True)
class Offered:
    """All candidates in bulk: runs and values of `start`; type, place and size of every gang or part of one."""

    run: list[str]
    start: Array
    accelerator: Positions
    place: Positions
    size: Array


def gangs_of(case: Case, choices: list[Choice], endings: list[Ending]) -> list[Gang]:
    """Every gang of a plan where it stands: parts of chosen candidates, and runs in progress."""
    gangs = [
        Gang(
            choice.accelerator, case.position("site", site), size, choice.start, choice.finish, choice.share, choice.run
        )
        for choice in choices
        for site, size in choice.parts.items()
    ]
    decided = {row["running"] for row in case.inputs.rows("cancellable")}
    for row in case.inputs.rows("running"):
        g, s = case.position("accelerator", row["accelerator"]), case.position("site", row["site"])
        last, n = case.calendar.month(row["until"]), int(row["n"])
        ends = [(e.finish, e.share) for e in endings if e.running == row["running"]]
        held = ends if row["running"] in decided else [(last, 1.0)]
        gangs += [Gang(g, s, n, 0, end, share, row["running"]) for end, share in held]
    return gangs


def read_offered(case: Case) -> Offered:
    """The candidates of the plan, with integrality and at most one start per run (D3, D4)."""
    if "candidate" not in case.data.sizes:
        nothing = np.zeros(0, dtype=np.int64)
        offered = Offered([], np.zeros(0), nothing, nothing, np.zeros(0))
    else:
        start = np.asarray(case.data["start"].values, dtype=float)
        finite = np.where(np.isfinite(start), start, -1.0)
        offered = Offered(case.texts("candidate_run"), finite, *_parts(case))
    dims = [("candidate", [str(i) for i in range(len(offered.run))])]
    case.found.decision("start", offered.start, dims, "-", whole=True)
    _starts_per_run(case, offered)
    return offered


def _parts(case: Case) -> tuple[Positions, Positions, Array]:
    """Type, place and size of every gang or part that is offered, each once; what is not in the inputs is left out."""
    columns = (case.texts("candidate_accelerator"), case.texts("candidate_site"), case.data["candidate_n"].values)
    found = {
        (case.position("accelerator", name), case.position("site", site), size)
        for name, place, n in {(name, place, int(n)) for name, place, n in zip(*columns, strict=True)}
        if name in case.accelerators
        for site, size in parts_of(case, name, place, n).items()
    }
    table = np.array([part for part in sorted(found) if part[1] >= 0], dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(float)


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
    decided = {row["running"] for row in case.inputs.rows("cancellable")}
    choices = []
    for c in np.flatnonzero(np.abs(offered.start) > ABSOLUTE).tolist():
        name = offered.run[c]
        if name in decided:
            continue
        accelerator, place = (str(case.data[f"candidate_{dim}"].values[c]) for dim in ("accelerator", "site"))
        if name not in runs or accelerator not in case.accelerators or place not in {*case.places, *case.spans}:
            text = "names a run, type or place that is not in the inputs"
            case.found.add("eligibility", f"candidate={c}", 1.0, "-", text)
            continue
        run, level = _at_level(case, c, runs[name])
        choices.append(_choice(case, float(offered.start[c]), c, run, accelerator, place, level))
    return choices


def _at_level(case: Case, c: int, run: dict[str, object]) -> tuple[dict[str, object], int]:
    """The run with the compute that its level of efficiency leaves, and the level; an unknown level is a finding."""
    level = int(case.data["candidate_level"].values[c]) if "candidate_level" in case.data.variables else 0
    if level == 0:
        return run, 0
    programmes = [row["programme"] for row in case.inputs.rows("programme_options") if row["run"] == run["run"]]
    factors = [
        float(row["flop_factor"])
        for row in case.inputs.rows("efficiency")
        if row["programme"] in programmes and row["level"] == level
    ]
    if len(factors) != 1:
        case.found.add("eligibility", f"run={run['run']}", 1.0, "-", f"its programme has no level {level}")
        return run, level
    return {**run, "flop_zflop": factors[0] * flop_zflop(dict(run))}, level


def read_endings(case: Case, offered: Offered) -> list[Ending]:
    """Every chosen end of a run in progress that may be cancelled, checked against the inputs."""
    running, calendar, endings = case.inputs.by_id("running", "running"), case.calendar, []
    terms = case.inputs.by_id("cancellable", "running")
    for c in np.flatnonzero(np.abs(offered.start) > ABSOLUTE).tolist():
        if (name := offered.run[c]) not in terms:
            continue
        held, row, where = running[name], terms[name], f"running={name}"
        until = calendar.month(held["until"])
        finish = calendar.month(str(case.data["candidate_finish"].values[c]))
        kept = finish == min(until, calendar.end)
        first, last = max(0, case.months_of("from", row, 0)), case.months_of("until", row, until)
        case.found.rows["eligibility"] += 1
        if not kept and not (finish in calendar.starts and first <= finish <= last and finish < until):
            case.found.add("eligibility", where, 1.0, "-", "it is cancelled when it may not be")
        stated = [str(case.data[f"candidate_{dim}"].values[c]) for dim in ("accelerator", "site", "n", "start")]
        if stated != [str(held["accelerator"]), str(held["site"]), str(held["n"]), calendar.date(0)]:
            case.found.add("eligibility", where, 1.0, "-", f"is not what runs: {', '.join(stated)}")
        endings.append(Ending(name, finish, until, kept, float(offered.start[c])))
    return endings


def _choice(
    case: Case, share: float, c: int, run: dict[str, object], accelerator: str, place: str, level: int
) -> Choice:
    where = f"run={run['run']} accelerator={accelerator} site={place}"
    start = case.calendar.month(str(case.data["candidate_start"].values[c]))
    months = int(case.data["candidate_months"].values[c])
    for objection in objections(case, run, accelerator, place, start, months):
        case.found.add("eligibility", where, 1.0, "-", objection)
    size, band = _size(case, run, accelerator, place, months, int(case.data["candidate_n"].values[c]), where)
    parts = parts_of(case, accelerator, place, size)
    for site, part in parts.items():
        too_much = too_large(case, accelerator, site, part)
        if too_much:
            case.found.add("eligibility", where, 1.0, "-", too_much)
    value = _value(case, run, start + months)
    _stated(case, c, start + months, value, where)
    peak = peak_pflops(case.accelerators[accelerator], str(run["number_format"])) or 0.0
    each = peak * band.mfu if band else 0.0
    g = case.position("accelerator", accelerator)
    case.found.rows["eligibility"] += 1
    return Choice(str(run["run"]), g, place, parts, start, months, size, share, value, each, level)


def _size(
    case: Case, run: dict[str, object], accelerator: str, place: str, months: int, stated: int, where: str
) -> tuple[int, Band | None]:
    found = smallest_gang(case, run, accelerator, place, months)
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
