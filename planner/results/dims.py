"""The dims of a plan: their labels outside, the keys the model uses inside, and their coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.core.declare import Room
from planner.data.derive import Case
from planner.data.replan import lead_months, order_label
from planner.model.rooms import ROOMS

CAPEX_PARTS = ("compute", "hall", "power", "network")
OPEX_PARTS = ("energy", "running", "lease", "rent", "placement", "traffic")


@dataclass(frozen=True)
class Dim:
    """A dimension: labels shown, keys by which the model indexes (in the same order), extra coordinates."""

    labels: Any
    keys: tuple[Any, ...]
    coords: dict[str, Any] = field(default_factory=dict)

    def position(self) -> dict[Any, int]:
        return {key: i for i, key in enumerate(self.keys)}


def _named(names: list[str], **coords: Any) -> Dim:
    return Dim(np.array(names, dtype=object), tuple(names), coords)


def _of_tables(case: Case, rooms: Sequence[Room]) -> dict[str, Dim]:
    """A dim for every thing that a table names: `run` of the table keyed by it, `hall` as site.name, and so on."""
    found: dict[str, Dim] = {}
    for table in (table for room in rooms for table in room.inputs):
        *above, key = table.key
        column = table.column(key)
        if column.kind != "id" or column.refers or key in found:
            continue
        rows = case.inputs.rows(table.name)
        at = {f"{key}_{outer}": [row[outer] for row in rows] for outer in above}
        found[key] = _named([".".join(row[k] for k in table.key) for row in rows], **at)
    return found


def _parts(rooms: Sequence[Room], kind: str, first: tuple[str, ...]) -> Dim:
    """The parts of a kind of money that the rooms may write, the usual ones first."""
    return _named(list(dict.fromkeys([*first, *(part for room in rooms for k, part in room.money if k == kind)])))


def _candidates(case: Case) -> Dim:
    frame, label = case.candidates, case.calendar.label
    levels = {"candidate_level": frame["level"].to_numpy(dtype=np.int64)} if "level" in frame else {}
    return Dim(
        np.arange(len(frame)),
        tuple(range(len(frame))),
        {
            **levels,
            "candidate_run": frame["run"].tolist(),
            "candidate_accelerator": frame["accelerator"].tolist(),
            "candidate_site": frame["site"].tolist(),
            "candidate_start": [label(m) for m in frame["start"].tolist()],
            "candidate_months": frame["months"].to_numpy(dtype=np.int64),
            "candidate_n": frame["n"].to_numpy(dtype=np.int64),
            "candidate_finish": [label(m) for m in frame["finish"].tolist()],
            "candidate_value_musd": frame["value_musd"].to_numpy(dtype=float),
        },
    )


def _cohorts(case: Case) -> dict[str, Any]:
    return {
        "cohort_accelerator": [cohort.accelerator for cohort in case.cohorts],
        "cohort_site": [cohort.site for cohort in case.cohorts],
        "cohort_count": np.array([cohort.count for cohort in case.cohorts], dtype=np.int64),
    }


def plan_dims(case: Case, rooms: Sequence[Room] = ROOMS) -> dict[str, Dim]:
    """Every dim of the plan of a case modelled by these rooms, with labels, keys and coordinates."""
    periods, label = case.calendar.periods, case.calendar.label
    starts = np.array([label(p.start) for p in periods], dtype="datetime64[M]").astype("datetime64[ns]")
    keys = tuple(range(len(periods)))
    months = {
        "months": np.array([p.months for p in periods]),
        "year": np.array([p.fiscal_year for p in periods]),
        "in_tail": np.array([p.in_tail for p in periods]),
    }
    years = list(case.calendar.months_by_year())
    categories = list(dict.fromkeys(row["category"] for row in case.inputs.rows("budgets")))
    segments = [row["stream"] for row in case.inputs.rows("stream_segments")]
    widest = max((segments.count(s) for s in set(segments)), default=0)
    return {
        **_of_tables(case, rooms),
        "period": Dim(starts, keys, months),
        "signature": Dim(starts, keys),
        "site": _named(case.places, site_kind=["own"] * len(case.sites) + ["lease"] * len(case.leases)),
        "segment": Dim(np.arange(widest), tuple(range(widest))),
        "direction": _named(["ab", "ba"]),
        "source": _named(list(case.sites)),
        "destination": _named(list(case.sites)),
        "retrofit": _named([f"{r['site']}.{r['from_hall']}.{r['to_hall']}" for r in case.inputs.rows("retrofits")]),
        "cohort": Dim(np.arange(len(case.cohorts)), tuple(range(len(case.cohorts))), _cohorts(case)),
        "level": _named([f"{r['programme']}.{r['level']}" for r in case.inputs.rows("efficiency")]),
        "previous_order": _named([order_label(row) for row in case.inputs.rows("previous_orders")]),
        "ordered_item": _named(list(lead_months(case.inputs)) if case.inputs.has("previous_plan") else []),
        "slot": Dim(
            np.array([label(slot.start) for slot in case.calendar.slots], dtype=object),
            tuple(range(len(case.calendar.slots))),
        ),
        "candidate": _candidates(case),
        "fiscal_year": Dim(np.array(years), tuple(years)),
        "budget_category": _named(categories),
        "category": _parts(rooms, "capex", CAPEX_PARTS),
        "opex_part": _parts(rooms, "opex", OPEX_PARTS),
    }
