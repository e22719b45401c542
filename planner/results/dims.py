"""The dims of a plan: their labels outside, the keys the model uses inside, and their coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.data.derive import Case

CAPEX_PARTS = ("compute", "hall", "power", "network")
OPEX_PARTS = ("energy", "running", "lease", "placement", "traffic")


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


def _of_site(case: Case, table: str, key: str) -> Dim:
    rows = case.inputs.rows(table)
    return _named([f"{r['site']}.{r[key]}" for r in rows], **{f"{key}_site": [r["site"] for r in rows]})


def _candidates(case: Case) -> Dim:
    frame, label = case.candidates, case.calendar.label
    return Dim(
        np.arange(len(frame)),
        tuple(range(len(frame))),
        {
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


def plan_dims(case: Case) -> dict[str, Dim]:
    """Every dim of the plan of a case, with labels, keys and coordinates."""
    periods = case.calendar.periods
    starts = np.array([case.calendar.label(p.start) for p in periods], dtype="datetime64[M]").astype("datetime64[ns]")
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
        "period": Dim(starts, keys, months),
        "signature": Dim(starts, keys),
        "site": _named(case.places, site_kind=["own"] * len(case.sites) + ["lease"] * len(case.leases)),
        "accelerator": _named(list(case.accelerators)),
        "lease": _named(list(case.leases)),
        "run": _named(list(case.runs)),
        "stream": _named(list(case.streams)),
        "segment": Dim(np.arange(widest), tuple(range(widest))),
        "hall": _of_site(case, "halls", "hall"),
        "power_source": _of_site(case, "power_sources", "power_source"),
        "fabric": _of_site(case, "fabrics", "fabric"),
        "link": _named([row["link"] for row in case.inputs.rows("links")]),
        "link_module": _named([f"{row['link']}.{row['module']}" for row in case.inputs.rows("link_modules")]),
        "direction": _named(["ab", "ba"]),
        "source": _named(list(case.sites)),
        "destination": _named(list(case.sites)),
        "candidate": _candidates(case),
        "fiscal_year": Dim(np.array(years), tuple(years)),
        "budget_category": _named(categories),
        "category": _named(list(CAPEX_PARTS)),
        "opex_part": _named(list(OPEX_PARTS)),
    }
