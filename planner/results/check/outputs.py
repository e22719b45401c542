"""Results that follow from decisions: run calendar, stranded capacity, utilisation, the inputs' hash."""

from __future__ import annotations

import numpy as np

from planner.results.check.case import Case
from planner.results.check.chosen import Choice
from planner.results.check.demand import Use
from planner.results.check.fleet import Fleet

RUN_RESULTS = tuple(
    f"run_{name}" for name in ("status", "start", "finish", "site", "accelerator", "n", "months_late", "value_musd")
)


def check_outputs(case: Case, fleet: Fleet, use: Use, choices: list[Choice]) -> None:
    """Compare what is published with what follows; what has no one reading is left alone."""
    case.found.rows["output:inputs_hash"] += 1
    if case.data.attrs.get("inputs_hash") != case.inputs.hash:
        case.found.add("output:inputs_hash", "", 1.0, "-", "is not the hash of the inputs in the file")
    stranded = np.maximum(0.0, fleet.in_service - fleet.online)
    stranded[:, len(case.own) :] = 0.0
    case.compare("stranded_accelerators", stranded, "accelerator", "site", "period", unit="accelerators")
    taken = use.gangs + use.streams
    if "taken" in case.data.variables:
        case.compare("taken", taken, "accelerator", "site", "period", unit="accelerators")
    share = np.divide(taken, fleet.in_service, out=np.zeros_like(taken), where=fleet.in_service > 0)
    case.compare("taken", taken, "accelerator", "site", "period", unit="accelerators")
    case.compare("utilisation", share, "accelerator", "site", "period", unit="1")
    _runs(case, choices)


def _runs(case: Case, choices: list[Choice]) -> None:
    """What each run is said to do: status, dates, place, type, size, lateness, value."""
    rows = case.inputs.by_id("runs", "run")
    missing = [name for name in RUN_RESULTS if rows and name not in case.data.variables]
    for name in missing:
        case.found.add(f"output:{name}", "", float(len(rows)), "values", "is missing from the plan")
    if missing or not rows:
        return
    chosen = {choice.run: choice for choice in choices if choice.share > 0.5}
    stated = case.stated_labels("run")
    if sorted(stated) != sorted(rows):
        case.found.add("labels", "dim=run", 1.0, "labels", "runs of the plan are not those of the inputs")
    for i, name in enumerate(stated):
        if name in rows:
            expected = _expected(case, rows[name], chosen.get(name))
            for output, value in expected.items():
                case.same_cell(output, f"run={name}", case.data.variables[output].values[i], value)


def _expected(case: Case, row: dict[str, object], choice: Choice | None) -> dict[str, str | float]:
    """What each of `RUN_RESULTS` must say about a run."""
    if choice is None:
        return dict(zip(RUN_RESULTS, ("refused", "", "", "", "", 0.0, 0.0, 0.0), strict=True))
    late = max(0, choice.finish - case.calendar.month(str(row["due"])))
    values = (
        "late" if late else "started",
        case.calendar.date(choice.start),
        case.calendar.date(choice.finish),
        choice.place,
        case.labels["accelerator"][choice.accelerator],
        float(choice.size),
        float(late),
        choice.value_musd,
    )
    return dict(zip(RUN_RESULTS, values, strict=True))
