"""Whether a dataset holds what a check needs to read it at all."""

from __future__ import annotations

import numpy as np

from planner.core.months import is_date
from planner.results.check.case import Case

ATTRIBUTES = ("objective_musd", "bound_musd", "gap", "gap_musd", "scale_musd")
NEEDED = {
    "candidate": ("run", "accelerator", "site", "start", "months", "n", "finish", "value_musd"),
    "line": ("kind", "part", "where", "date"),
}
VALUES = {"candidate": ("start",), "line": ("ledger_musd", "ledger_discounted_musd")}
DATES = {"candidate": "candidate_start", "line": "line_date"}


def is_whole(case: Case) -> bool:
    """Whether attributes, candidates and ledger lines are there and dated; what is not is a finding `plan`."""
    missing = [name for name in ATTRIBUTES if name not in case.data.attrs]
    for dim, columns in NEEDED.items():
        names = (*(f"{dim}_{column}" for column in columns), *VALUES[dim])
        if dim in case.data.sizes:
            missing += [name for name in names if name not in case.data.variables]
    case.found.rows["plan"] += 1
    if missing:
        case.found.add("plan", "", len(missing), "names", f"lacks {', '.join(missing)}")
        return False
    for dim, name in DATES.items():
        dates = case.texts(name) if dim in case.data.sizes else []
        bad = [date for date in np.unique(np.array(dates, dtype=str)).tolist() if not is_date(date)]
        if bad:
            case.found.add("plan", f"dim={dim}", len(bad), "dates", f"{name} holds what is no date: {bad[0]!r}")
    return not case.found.findings
