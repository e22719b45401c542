"""A plan by hand with every room in it, and its arithmetic spelled out."""

from __future__ import annotations

from functools import cache
from typing import Any

import xarray as xr

from tests.results.full_inputs_by_hand import full_inputs
from tests.results.plans_by_hand import HOURS, Line, Maker

LABELS: dict[str, list[Any]] = {
    "site": ["alpha", "beta", "cloud", "pod"],
    "accelerator": ["x1", "y1"],
    "lease": ["cloud", "pod"],
    "stream": ["research", "spare"],
    "segment": [0, 1],
    "hall": ["alpha.dry", "beta.wet", "beta.tent"],
    "power_source": ["alpha.grid", "beta.gas"],
    "fabric": ["alpha.leaf", "alpha.spine", "beta.mesh"],
    "fiscal_year": [2026, 2027],
    "budget_category": ["all", "hall", "opex"],
}


# Rented by signature and period: one committed lot handed over from last November in six steps, three from April.
HANDED = {"committed": [32 * 3 / 6, 32, 32, 0], "signed": [0, 96 / 6, 96 * 4 / 6, 96]}
RENTED = {"committed": [5, 20, 32, 0], "signed": [0, 16, 60, 90]}
DRAW = {"alpha": [1.1 * n / 1000 for n in (200, 300, 480, 500)], "beta": [1.1 * 2 * n / 1000 for n in (0, 0, 64, 60)]}
MONTHS = [3, 3, 6, 12]
ENERGY = {
    "alpha": [1.25 * 0.8 * mw * HOURS * m for mw, m in zip(DRAW["alpha"], MONTHS, strict=True)],
    "beta": [1.2 * 0.8 * mw * HOURS * m for mw, m in zip(DRAW["beta"], MONTHS, strict=True)],
}
BIG = 50 * 0.95**2


def full_plan() -> xr.Dataset:
    """The plan: decisions and results."""
    return _full_plan().copy(deep=True)


@cache
def _full_plan() -> xr.Dataset:
    m = Maker(full_inputs(), MONTHS, 1, LABELS)
    _put_fleet(m)
    _put_power(m)
    _put_fabric(m)
    _put_demand(m)
    lines = full_lines()
    opex = [
        sum(a for kind, _, _, month, a in lines if kind == "opex" and begin <= month < begin + 12) for begin in (0, 12)
    ]
    overrun = opex[0] - 1.0
    lines.append(("penalty", "budget", "opex", 0, 1.5 * overrun))
    capex = 1.5 + 5.6 + 2.56 + 9.9 + 0.8 + 0.968 + 0.064
    pull = capex - 20.0
    ky = ("budget_category", "fiscal_year")
    m.put("budget", ky, {"all": [20, 8], "hall": [12, 12], "opex": [1, 5]})
    m.put("budget_spend", ky, {"all": [capex, 0], "hall": [9.9, 0], "opex": opex})
    m.put("budget_left", ky, {"all": [0, 8 - pull], "hall": [2.1, 13.05], "opex": [0, 5 - opex[1]]})
    m.put("budget_pull", ky, {"all": [pull, 0]})
    m.put("budget_overrun", ky, {"opex": [overrun, 0]})
    return m.money(lines, LABELS["site"], 1.0)


def _put_fleet(m: Maker) -> None:
    gsp = ("accelerator", "site", "period")
    m.put("order", gsp, {("x1", "alpha"): [0, 0, 2, 0], ("y1", "beta"): [0, 0, 1, 0]})
    m.put("delivered", gsp, {("x1", "alpha"): [0, 100, 200, 0], ("y1", "beta"): [0, 0, 64, 0]})
    handed = [a + b for a, b in zip(*HANDED.values(), strict=True)]
    rented = [a + b for a, b in zip(*RENTED.values(), strict=True)]
    # x1 of 2025 retires in the middle of the tail, y1 bought in July 2026 too: half a period counts as all of it
    there = {("x1", "alpha"): [200, 300, 500, 500], ("y1", "beta"): [0, 0, 64, 64]}
    m.put("in_service", gsp, there | {("x1", "cloud"): handed, ("y1", "pod"): [0, 0, 16, 16]})
    on = {("x1", "alpha"): [200, 300, 480, 500], ("y1", "beta"): [0, 0, 64, 60]}
    m.put("online", gsp, on | {("x1", "cloud"): rented, ("y1", "pod"): [0, 0, 16, 10]})
    m.put("stranded_accelerators", gsp, {("x1", "alpha"): [0, 0, 20, 0], ("y1", "beta"): [0, 0, 0, 4]})
    taken = {
        ("x1", "alpha"): [190, 220, 440, 280],
        ("y1", "beta"): [0, 0, 26, 8],
        ("x1", "cloud"): [0, 30, 0, 20],
        ("y1", "pod"): [0, 0, 0, 5],
    }
    m.put("taken", gsp, taken)
    of = {("x1", "alpha"): [200, 300, 500, 500], ("y1", "beta"): [64] * 4, ("y1", "pod"): [16] * 4}
    of |= {("x1", "cloud"): [handed[0], handed[1], handed[2], 96]}
    share = {key: [used / n for used, n in zip(row, of[key], strict=True)] for key, row in taken.items()}
    m.put("utilisation", gsp, share)
    m.put("supply_excess", ("accelerator", "period"), {"y1": [0, 4, 0, 0]})
    m.put("lease_signed", ("lease", "period"), {"cloud": [0, 3, 0, 0], "pod": [0, 0, 2, 0]})
    m.put("lease_signing", ("lease", "period"), {"cloud": [0, 1, 0, 0]})
    m.data = m.data.assign_coords(signature=m.labels["period"])
    m.labels["signature"] = [str(date)[:7] for date in m.labels["period"]]
    by_signature = {("cloud", "2026-01"): RENTED["committed"], ("cloud", "2026-04"): RENTED["signed"]}
    by_signature |= {("pod", "2026-07"): [0, 0, 16, 10]}
    m.put("lease_rented", ("lease", "signature", "period"), by_signature)


def _put_power(m: Maker) -> None:
    m.put("hall_build", ("hall", "period"), {"alpha.dry": [0, 0, 2, 0], "beta.wet": [0, 0, 1, 0]})
    m.put("hall_mw", ("hall", "period"), {"alpha.dry": [0.32, 0.32, 0.57, 0.57], "beta.wet": [0, 0, 0.2, 0.2]})
    m.put("power_source_build", ("power_source", "period"), {"alpha.grid": [0, 0, 2, 0], "beta.gas": [0, 0, 1, 0]})
    m.put(
        "power_source_mw",
        ("power_source", "period"),
        {"alpha.grid": [0.4, 0.4, 0.8, 0.8], "beta.gas": [0, 0, 0.2, 0.2]},
    )
    m.put("opened", ("site", "period"), {"beta": [0, 1, 0, 0]})
    m.put("draw_mw", ("site", "period"), DRAW)
    idle = [[min(0.32, 0.4 / 1.25) - 0.22, 0, 0.57 - 0.528, 0.57 - 0.55], [0, 0, 0.2 / 1.2 - 0.1408, 0.2 / 1.2 - 0.132]]
    m.put("stranded_mw", ("site", "period"), {"alpha": idle[0], "beta": idle[1]})
    beyond = [0, 20, 0, 0]
    alpha = [a - b for a, b in zip(ENERGY["alpha"], beyond, strict=True)]
    m.put("energy_mwh", ("power_source", "period"), {"alpha.grid": alpha, "beta.gas": ENERGY["beta"]})
    m.put("hall_excess_mw", ("site", "period"), {"alpha": [0, 0.01, 0, 0]})
    m.put("source_excess_mw", ("site", "period"), {"alpha": [0, 0.0125, 0, 0]})
    m.put("excess_energy_mwh", ("site", "period"), {"alpha": beyond})


def _put_fabric(m: Maker) -> None:
    m.put("endpoint_order", ("fabric", "period"), {"alpha.spine": [0, 0, 2, 0], "beta.mesh": [0, 0, 1, 0]})
    m.put("instance_order", ("fabric", "period"), {"alpha.spine": [0, 0, 2, 0], "beta.mesh": [0, 0, 1, 0]})
    ends = {"alpha.leaf": [320] * 4, "alpha.spine": [0, 0, 256, 256], "beta.mesh": [0, 0, 64, 64]}
    m.put("endpoints", ("fabric", "period"), ends)
    ones = {"alpha.leaf": [3] * 4, "alpha.spine": [0, 0, 2, 2], "beta.mesh": [0, 0, 1, 1]}
    m.put("instances", ("fabric", "period"), ones)


def _put_demand(m: Maker) -> None:
    m.candidates(
        [
            # 1,100 ZFLOP at 0.36 PFLOP/s over 6 months need 193.6 accelerators, in steps of 20
            ("big", "x1", "alpha", 6, 6, 200, BIG, 1),
            ("big", "x1", "alpha", 9, 6, 200, 50 * 0.95**5, 0),
            # half of the BF16 utilisation against the FP8 peak: 0.8 PFLOP/s each
            ("small", "y1", "beta", 9, 6, 32, 20.0, 1),
            ("small", "y1", "pod", 9, 6, 32, 20.0, 0),
            ("hired", "x1", "cloud", 12, 3, 80, 5.0, 1),
            ("never", "x1", "alpha", 0, 3, 20, 0.001, 0),
        ]
    )
    m.runs(
        {
            "big": ("late", "2026-07", "2027-01", "alpha", "x1", 200, 2, BIG),
            "small": ("started", "2026-10", "2027-04", "beta", "y1", 32, 0, 20.0),
            "hired": ("late", "2027-01", "2027-04", "cloud", "x1", 80, 3, 5.0),
            "never": ("refused", "", "", "", "", 0, 0, 0.0),
        }
    )
    use = {
        ("research", "x1", "alpha"): [90, 120, 240, 180],
        ("research", "x1", "cloud"): [0, 30, 0, 0],
        ("research", "y1", "beta"): [0, 0, 10, 0],
        ("research", "y1", "pod"): [0, 0, 0, 5],
        ("spare", "x1", "alpha"): [100, 100, 0, 100],
    }
    m.put("stream_use", ("stream", "accelerator", "site", "period"), use)
    m.put("served", ("stream", "period"), {"research": [27, 45, 82, 59], "spare": [42, 42, 0, 42]})
    m.put("unserved", ("stream", "period"), {"research": [3, 0, 0, 1]})
    served = {("research", 0): [27, 45, 50, 50], ("research", 1): [0, 0, 32, 9]}
    m.put("segment_served", ("stream", "segment", "period"), served)


def full_lines() -> list[Line]:
    """The ledger but for the penalty on the budget: kind, part, where, month, M$."""
    lines: list[Line] = [
        ("capex", "compute", "alpha", 2, 1.5),
        # 200 at the price of April: a quarter at order (never before it), the rest a month after delivery
        ("capex", "compute", "alpha", 3, 0.25 * 200 * 0.028),
        ("capex", "compute", "alpha", 6, 0.75 * 200 * 0.028),
        ("capex", "compute", "beta", 3, 64 * 0.04),
        ("capex", "hall", "alpha", 3, 0.25 * 10.0),
        ("capex", "hall", "beta", 4, 0.2 * 12.0),
        ("capex", "hall", "beta", 3, 5.0),
        ("capex", "power", "alpha", 0, 0.4 * 1.0),
        ("capex", "power", "beta", 3, 0.2 * 2.0),
        ("capex", "network", "alpha", 3, 256 * 0.003 + 2 * 0.1),
        ("capex", "network", "beta", 3, 64 * 0.001),
        ("penalty", "supply", "y1", 3, 4 * 0.001),
        ("penalty", "halls", "alpha", 3, 0.01 * 3 * 0.005),
        ("penalty", "power_sources", "alpha", 3, 0.0125 * 3 * 0.004),
        ("penalty", "unserved", "research", 0, 3 * 3 * 0.002),
        ("penalty", "unserved", "research", 12, 1 * 12 * 0.002),
        ("value", "run", "big", 12, BIG),
        ("value", "run", "small", 15, 20.0),
        ("value", "run", "hired", 15, 5.0),
        ("value", "stream", "research", 0, 3 * 27 * 0.01),
        ("value", "stream", "research", 3, 3 * 45 * 0.01),
        ("value", "stream", "research", 6, 6 * (50 * 0.01 + 32 * 0.004)),
        ("value", "stream", "research", 12, 12 * (50 * 0.01 + 9 * 0.004)),
        ("opex", "placement", "alpha", 6, 200 * 6 * 10e-6),
        ("opex", "placement", "cloud", 3, 9 * 3 * 100e-6),
        ("opex", "placement", "beta", 6, 32 * 0.8 * 3 * 200e-6),
        ("opex", "placement", "beta", 12, 32 * 0.8 * 3 * 200e-6),
        ("terminal", "compute", "alpha", 24, 5.6 * 0.72**1.5),
        ("terminal", "hall", "alpha", 24, 2.5 * 0.95**1.5),
        ("terminal", "hall", "beta", 24, 2.4 * 0.95**1.5),
        ("terminal", "power", "alpha", 24, 0.4 * 0.95**1.5),
        ("terminal", "power", "beta", 24, 0.4 * 0.95**1.5),
        ("terminal", "network", "alpha", 24, 0.968 * 0.8**1.5),
        ("terminal", "network", "beta", 24, 0.064 * 0.8**1.5),
    ]
    hall = [0.32, 0.32, 0.57, 0.57]
    for t, month in enumerate((0, 3, 6, 12)):
        running = (200, 300, 500, 500)[t] * 1200e-6 + hall[t] * 0.06
        lines.append(("opex", "running", "alpha", month, running / 12 * MONTHS[t]))
        lines.append(("opex", "energy", "alpha", month, ENERGY["alpha"][t] * 50e-6))
        rent = 1000e-6 * (0.75 * HANDED["committed"][t] + 0.25 * RENTED["committed"][t])
        rent += 900e-6 * (0.75 * HANDED["signed"][t] + 0.25 * RENTED["signed"][t])
        lines.append(("opex", "lease", "cloud", month, MONTHS[t] * rent))
        if t > 1:
            lines.append(("opex", "running", "beta", month, 0.2 * 0.024 / 12 * MONTHS[t]))
            lines.append(("opex", "energy", "beta", month, ENERGY["beta"][t] * 80e-6))
            lines.append(("opex", "lease", "pod", month, MONTHS[t] * (0.8 * 16 + 0.2 * (16, 10)[t - 2]) * 2000e-6))
    lines += [("opex", "lease", "pod", month, 0.8 * 16 * 2000e-6) for month in range(24, 36)]
    return lines
