"""Placement: what it costs to serve a run or stream at a place (data movement, egress).

No decisions and no equations of its own: rate * accelerators * months of what runs and streams take at the
place, at the start of each period (opex `placement`). A rate per PFLOP/s counts peak * MFU.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.core.declare import Column, Room, Row, Table
from planner.core.rules import given_one_way
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Case
from planner.data.sizing import peak_pflops
from planner.model.workspace import Line, Workspace

PLACEMENT = Table(
    "placement",
    "What it costs to serve a run or stream at a place (data movement, egress).",
    ("load", "site"),
    (
        Column("load", "id", "run or stream", refers=("runs", "streams")),
        Column("site", "id", "site or lease", refers=("sites", "leases")),
        Column(
            "usd_per_pflops_month", "number", "for streams: per PFLOP/s and month", "USD/PFLOP/s/month", None, low=0
        ),
        Column(
            "usd_per_accelerator_month", "number", "per accelerator and month", "USD/accelerator/month", None, low=0
        ),
    ),
    rules=(given_one_way(("usd_per_pflops_month",), ("usd_per_accelerator_month",)),),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Charge what is placed."""
    rows = {(row["load"], row["site"]): row for row in d.inputs.rows("placement")}
    periods = d.calendar.periods
    use = m.need("stream_use")
    for i, g, s, t in use if rows else []:
        if (i, s) in rows:
            rate = _rate(rows[i, s], d.stream_speed(i, g) or 0.0) * periods[t].months
            m.ledger.add(Line("opex", "placement", s, periods[t].start), rate, use[i, g, s, t])
    if rows:
        _gangs(m, d, rows)


def _gangs(m: Workspace, d: Case, rows: Mapping[tuple[str, str], Row]) -> None:
    """Charge what gangs take; gangs of a run that are as large on the same type cost the same."""
    periods, starts = d.calendar.periods, list(m.need("start").values())
    runs, sizes, places = (d.placements[name].tolist() for name in ("run", "n", "site"))
    rates: dict[tuple[str, str, int, str, str], float] = {}
    for (g, s, t), present in m.need("gang_shares").items():
        line = Line("opex", "placement", s, periods[t].start)
        for units, c in present:
            if c >= 0 and (runs[c], s) in rows:
                key = runs[c], g, sizes[c], places[c], s
                if key not in rates:
                    rates[key] = _rate(rows[runs[c], s], _gang_speed(d, runs[c], g, sizes[c], places[c]))
                m.ledger.add(line, rates[key] * periods[t].months * units, starts[c])


def _rate(row: Row, speed: float) -> float:
    """M$ per accelerator and month."""
    if row["usd_per_accelerator_month"] is not None:
        return float(row["usd_per_accelerator_month"]) / USD_PER_MUSD
    return float(row["usd_per_pflops_month"]) * speed / USD_PER_MUSD


def _gang_speed(d: Case, run: str, accelerator: str, n: int, place: str) -> float:
    """PFLOP/s per accelerator of a candidate's gang: peak * MFU (goodput is a loss of time, not of rate)."""
    efficiency = d.utilisation.of(d.runs[run], accelerator, n)
    peak = peak_pflops(d.accelerators[accelerator], d.runs[run]["number_format"])
    assert efficiency is not None and peak is not None  # a candidate exists only where both are known
    span = d.spans.get(place)
    return efficiency.mfu * peak * (span.mfu_factor if span else 1.0)


ROOM = Room(
    name="placement",
    build=build,
    needs=("stream_use", "start", "gang_shares"),
    money=(("opex", "placement"),),
    inputs=(PLACEMENT,),
)
