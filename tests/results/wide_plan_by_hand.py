"""The plan by hand of `wide_inputs_by_hand`: decisions chosen, results by plain arithmetic."""

from __future__ import annotations

from functools import cache
from typing import Any

import xarray as xr

from tests.results.plans_by_hand import HOURS, Line, Maker
from tests.results.wide_inputs_by_hand import wide_inputs

SITES = ["alpha", "beta", "gamma"]
LABELS: dict[str, list[Any]] = {
    "site": SITES,
    "accelerator": ["x1", "l1"],
    "stream": ["work"],
    "segment": [0],
    "hall": ["alpha.dry", "alpha.wet", "alpha.tent", "beta.let", "gamma.dry"],
    "retrofit": ["alpha.dry.wet"],
    "power_source": ["alpha.grid", "beta.grid", "gamma.grid"],
    "phase": ["alpha.grid.second", "beta.grid.station"],
    "fabric": ["alpha.clos", "beta.rail", "gamma.rail"],
    "cohort": [0, 1],
    "link": ["ab", "ag", "bg"],
    "module": ["ab.wave", "bg.fibre"],
    "direction": ["ab", "ba"],
    "source": SITES,
    "destination": SITES,
    "fiscal_year": [2026, 2027],
}
MONTHS = [3, 3, 6, 12]
X1, L1 = 1.1 * 1.0 / 1000, 1.1 * 2.0 / 1000  # MW of one online, with its share of the fabric
DRAW = {
    "alpha": [400 * X1, 300 * X1, 240 * X1 + 32 * L1, 200 * X1 + 32 * L1],
    "beta": [0, 0, 32 * L1, 30 * L1],
    "gamma": [200 * X1] * 4,
}
PUE = {"alpha": 1.25, "beta": 1.2, "gamma": 1.0}
ENERGY = {s: [PUE[s] * 0.8 * mw * HOURS * n for mw, n in zip(DRAW[s], MONTHS, strict=True)] for s in SITES}
# The link alpha - gamma carries 4 Tb/s in all; what is more goes by beta.
FLOW = {
    ("ag", "ab", "alpha"): [2, 4, 2.75, 3],
    ("ag", "ba", "gamma"): [1, 0, 1, 1],
    ("ab", "ab", "alpha"): [0, 0, 4, 3],
    ("bg", "ab", "alpha"): [0, 0, 2, 1],
    ("bg", "ba", "gamma"): [0, 0, 0.75, 0],
    ("ab", "ba", "gamma"): [0, 0, 0.75, 0],
}


def wide_plan() -> xr.Dataset:
    """The plan: decisions and results."""
    return _wide_plan().copy(deep=True)


@cache
def _wide_plan() -> xr.Dataset:
    m = Maker(wide_inputs(), MONTHS, 1, LABELS)
    _put_fleet(m)
    _put_power(m)
    _put_links(m)
    _put_demand(m)
    return m.money(wide_lines(), SITES, 1.0)


def _put_fleet(m: Maker) -> None:
    gsp = ("accelerator", "site", "period")
    m.put("order", gsp, {("l1", "alpha"): [0, 0, 1, 0], ("l1", "beta"): [0, 0, 1, 0]})
    m.put("delivered", gsp, {("l1", "alpha"): [0, 0, 32, 0], ("l1", "beta"): [0, 0, 32, 0]})
    m.put("sold", ("cohort", "period"), {0: [0, 100, 50, 0]})
    there = {("x1", "alpha"): [400, 300, 250, 250], ("x1", "gamma"): [200] * 4}
    m.put("in_service", gsp, there | {("l1", "alpha"): [0, 0, 32, 32], ("l1", "beta"): [0, 0, 32, 32]})
    on = {("x1", "alpha"): [400, 300, 240, 200], ("x1", "gamma"): [200] * 4}
    m.put("online", gsp, on | {("l1", "alpha"): [0, 0, 32, 32], ("l1", "beta"): [0, 0, 32, 30]})
    m.put("stranded_accelerators", gsp, {("x1", "alpha"): [0, 0, 10, 50], ("l1", "beta"): [0, 0, 0, 2]})
    # old is there for one month of the second period; spread has 90 at alpha and 60 at gamma
    taken = {("x1", "alpha"): [200, 100 / 3, 190, 100], ("x1", "gamma"): [90, 50, 110, 50]}
    m.put("taken", gsp, taken)
    share = {key: [a / b for a, b in zip(row, there[key], strict=True)] for key, row in taken.items()}
    m.put("utilisation", gsp, share)


def _put_power(m: Maker) -> None:
    m.put("hall_build", ("hall", "period"), {"alpha.tent": [0, 1, 0, 0], "beta.let": [0, 0, 1, 0]})
    m.put("retrofit_mw", ("retrofit", "period"), {"alpha.dry.wet": [0.1, 0, 0, 0]})
    # the tent of April stands for six months: half of the third period, which counts as all of it
    halls = {
        "alpha.dry": [0.5] * 4,
        "alpha.wet": [0, 0, 0.1, 0.1],
        "alpha.tent": [0, 0.1, 0.1, 0],
        "beta.let": [0, 0, 0.5, 0.5],
        "gamma.dry": [0.25] * 4,
    }
    m.put("hall_mw", ("hall", "period"), halls)
    m.put("phase_build", ("phase", "period"), {"alpha.grid.second": [0, 1, 0, 0], "beta.grid.station": [0, 0, 1, 0]})
    sources = {"alpha.grid": [1, 1.5, 1.5, 1.5], "beta.grid": [0, 0, 2, 2], "gamma.grid": [0.5] * 4}
    m.put("power_source_mw", ("power_source", "period"), sources)
    m.put("opened", ("site", "period"), {"beta": [1, 0, 0, 0]})
    m.put("draw_mw", ("site", "period"), DRAW)
    usable = {"alpha": [0.5, 0.6, 0.7, 0.6], "beta": [0, 0, 0.5, 0.5], "gamma": [0.25] * 4}
    idle = {s: [mw - used for mw, used in zip(usable[s], DRAW[s], strict=True)] for s in SITES}
    m.put("stranded_mw", ("site", "period"), idle)
    m.put("energy_mwh", ("power_source", "period"), {f"{s}.grid": ENERGY[s] for s in SITES})
    m.put("endpoint_order", ("fabric", "period"), {"beta.rail": [0, 0, 1, 0]})
    m.put("instance_order", ("fabric", "period"), {"beta.rail": [0, 0, 1, 0]})
    ends = {"alpha.clos": [512] * 4, "beta.rail": [0, 0, 32, 32], "gamma.rail": [256] * 4}
    m.put("endpoints", ("fabric", "period"), ends)
    ones = {"alpha.clos": [4] * 4, "beta.rail": [0, 0, 1, 1], "gamma.rail": [4] * 4}
    m.put("instances", ("fabric", "period"), ones)


def _put_links(m: Maker) -> None:
    m.put("link_build", ("module", "period"), {"ab.wave": [0, 1, 0, 0], "bg.fibre": [0, 0, 1, 0]})
    m.put("link_opened", ("link", "period"), {"ab": [0, 0, 1, 0], "bg": [0, 0, 1, 0]})
    m.put("link_tbps", ("link", "period"), {"ab": [0, 10, 10, 10], "ag": [4] * 4, "bg": [0, 0, 5, 5]})
    m.put("flow", ("link", "direction", "source", "period"), FLOW)
    asked = {
        ("alpha", "gamma"): [(1 + 1 + 4) / 3, 4, 4 + 5 * 0.15, 4],
        ("alpha", "beta"): [0, 0, 2, 2],
        ("gamma", "alpha"): [0.02 * 50, 0, 0.02 * 50 + 5 * 0.15, 0.02 * 50],
    }
    m.put("traffic", ("source", "destination", "period"), asked)


def _put_demand(m: Maker) -> None:
    m.candidates(
        [
            # 146 at 0.4 * 0.8 of the peak, in steps of 10
            ("spread", "x1", "wide", 6, 6, 150, 30.0, 1),
            ("solo", "x1", "gamma", 0, 3, 40, 2.0, 1),
            ("none", "x1", "alpha", 3, 6, 90, 0.1, 0),
        ]
    )
    m.runs(
        {
            "spread": ("started", "2026-07", "2027-01", "wide", "x1", 150, 0, 30.0),
            "solo": ("started", "2026-01", "2026-04", "gamma", "x1", 40, 0, 2.0),
            "none": ("refused", "", "", "", "", 0, 0, 0.0),
        }
    )
    use = {("work", "x1", "alpha"): [100, 0, 100, 100], ("work", "x1", "gamma"): [50] * 4}
    m.put("stream_use", ("stream", "accelerator", "site", "period"), use)
    m.put("served", ("stream", "period"), {"work": [75, 25, 75, 75]})
    m.put("segment_served", ("stream", "segment", "period"), {("work", 0): [75, 25, 75, 75]})


def wide_lines() -> list[Line]:
    """The ledger: kind, part, where, month, M$."""
    lines: list[Line] = [
        *(("capex", "compute", site, 3, 32 * 0.04) for site in ("alpha", "beta")),
        # the tent and the leased hall's fitting out, at their order; the retrofit and the opening at once
        ("capex", "hall", "alpha", 0, 0.1 * 2.0 + 0.1 * 3.0),
        ("capex", "hall", "beta", 3, 0.5 * 0.4),
        ("capex", "hall", "beta", 0, 4.0),
        ("capex", "power", "alpha", 0, 1.5),
        ("capex", "power", "beta", 0, 3.0),
        ("capex", "power", "beta", 6, 3.0),
        # the wave at the price of its order, the fibre by profile; both fixed charges at their first use
        ("capex", "network", "alpha", 0, 2.5),
        ("capex", "network", "alpha", 6, 1.0),
        ("capex", "network", "beta", 6, 0.25 * 2.0 + 0.5),
        ("capex", "network", "beta", 9, 0.75 * 2.0),
        ("capex", "network", "beta", 3, 32 * 0.001),
        # sold at 27 and 30 months
        ("resale", "compute", "alpha", 3, 100 * 0.02),
        ("resale", "compute", "alpha", 6, 50 * 0.01),
        ("value", "run", "spread", 12, 30.0),
        ("value", "run", "solo", 3, 2.0),
        *(
            ("value", "stream", "work", month, 0.01 * served * months)
            for month, served, months in ((0, 75, 3), (3, 25, 3), (6, 75, 6), (12, 75, 12))
        ),
        ("opex", "placement", "gamma", 6, 60 * 0.4 * 0.8 * 200e-6 * 6),
        ("opex", "placement", "alpha", 6, 90 * 10e-6 * 6),
        ("opex", "rent", "beta", 6, 0.5 * 1000 * 100e-6 * 6),
        ("opex", "rent", "beta", 12, 0.5 * 1000 * 100e-6 * 12),
        *(("terminal", "compute", site, 24, 32 * 0.04 * 0.72**1.5) for site in ("alpha", "beta")),
        # the retrofit counts from its end; the tent is gone; the opening is worth nothing
        ("terminal", "hall", "alpha", 24, 0.1 * 3.0 * 0.95**1.5),
        ("terminal", "hall", "beta", 24, 0.5 * 0.4 * 0.95**1.5),
        ("terminal", "power", "alpha", 24, 1.5 * 0.95**1.75),
        ("terminal", "power", "beta", 24, 6.0 * 0.95**1.5),
        ("terminal", "network", "alpha", 24, 2.5 * 0.8**1.75),
        ("terminal", "network", "beta", 24, (2.0 + 0.032) * 0.8**1.5),
    ]
    for t, month in enumerate((0, 3, 6, 12)):
        years = MONTHS[t] / 12
        x1 = (400, 300, 250, 250)[t] * 1200e-6
        grid, wet, wave = (1, 1.5, 1.5, 1.5)[t] * 0.012, (0, 0, 0.1, 0.1)[t] * 0.024, (0, 1, 1, 1)[t] * 0.06
        lines.append(("opex", "running", "alpha", month, (x1 + grid + wet + wave) * years))
        lines.append(("opex", "running", "gamma", month, 200 * 1200e-6 * years))
        lines.append(("opex", "traffic", "alpha", month, 0.6 * (3, 4, 3.75, 4)[t] * years))
        lines += [("opex", "energy", site, month, ENERGY[site][t] * 50e-6) for site in SITES if ENERGY[site][t]]
    return lines
