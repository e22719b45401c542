"""A plan by hand with every room in it, and its arithmetic spelled out.

Four periods of 3, 3, 6 and 12 months from January 2026, the last one the tail; slots of 3 months. Two sites
(beta is opened), two types in two cooling classes, two tiers at alpha, two leases, two streams, four runs,
budgets that carry, pull and overrun, every limit priced, payment by profile.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import xarray as xr

from tests.results.plans_by_hand import HOURS, Line, Maker, document

SECONDS = HOURS * 3600
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


def full_inputs() -> dict[str, Any]:
    """The resolved inputs of the plan."""
    settings = {
        "calendar": {"start": "2026-01", "periods": [3, 3, 6], "slot_months": 3, "tail_months": 12},
        "finance": {"discount_rate": 0.1, "average_draw": 0.8},
    }
    return document("full_by_hand", settings, {**_fleet(), **_sites(), **_demand(), **_money()})


def _fleet() -> dict[str, list[dict[str, Any]]]:
    x1 = {"accelerator": "x1", "bf16_dense_tflops": 1000.0, "provisioned_kw": 1.0, "cooling": "air", "lot_size": 100}
    x1 |= {"gang_step": 20, "lead_time_months": 2, "bring_up_months": 1, "life_months": 36, "price_usd": 30000.0}
    y1 = {"accelerator": "y1", "bf16_dense_tflops": 2000.0, "fp8_dense_tflops": 4000.0, "provisioned_kw": 2.0}
    y1 |= {"cooling": "liquid", "lot_size": 64, "gang_step": 16, "lead_time_months": 3, "life_months": 12}
    stands = {"site": "alpha", "accelerator": "x1", "count": 200, "status": "existing", "in_service_from": "2025-01"}
    comes = {"site": "alpha", "accelerator": "x1", "count": 100, "status": "committed", "in_service_from": "2026-05"}
    cloud = {"lease": "cloud", "accelerator": "x1", "lot_size": 32, "min_lots": 2, "max_lots": 6, "committed_lots": 1}
    cloud |= {"from": "2025-11", "until": "2026-06", "term_months": 12, "usd_per_accelerator_month": 1000.0}
    pod = {"lease": "pod", "accelerator": "y1", "lot_size": 16, "max_lots": 2, "from": "2026-01", "term_months": 30}
    return {
        "accelerators": [x1, y1 | {"price_usd": 40000.0, "availability": 0.9}],
        "fleet": [stands | {"retires": "2027-07"}, comes | {"due_musd": 1.5, "due_date": "2026-03"}],
        "supply": [
            {"accelerator": "x1", "from": "2026-01", "per_month": 50.0, "basis": "arrival"},
            {"accelerator": "y1", "from": "2026-04", "per_month": 20.0, "basis": "order"},
        ],
        "leases": [
            cloud | {"take_or_pay_share": 0.75, "ramp_months": 6, "max_gang": 96},
            pod | {"usd_per_accelerator_month": 2000.0, "take_or_pay_share": 1.0},
        ],
    }


def _sites() -> dict[str, list[dict[str, Any]]]:
    dry = {"site": "alpha", "hall": "dry", "cooling": "air", "existing_mw": 0.32, "module_mw": 0.25, "max_modules": 2}
    wet = {"site": "beta", "hall": "wet", "cooling": "liquid", "module_mw": 0.2, "max_modules": 1}
    tent = {"site": "beta", "hall": "tent", "cooling": "either", "module_mw": 0.1, "max_modules": 3}
    grid = {"site": "alpha", "power_source": "grid", "existing_mw": 0.4, "module_mw": 0.4, "max_mw": 0.8}
    gas = {"site": "beta", "power_source": "gas", "module_mw": 0.2, "max_mw": 0.4, "available_from": "2026-04"}
    leaf = {"site": "alpha", "fabric": "leaf", "max_gang": 128, "block_endpoints": 64, "existing_endpoints": 320}
    spine = {"site": "alpha", "fabric": "spine", "max_gang": 256, "block_endpoints": 128}
    mesh = {"site": "beta", "fabric": "mesh", "max_gang": 64, "block_endpoints": 64, "max_instances": 2}
    return {
        "sites": [{"site": "alpha", "pue": 1.25}, {"site": "beta", "pue": 1.2, "opening_cost_musd": 5.0}],
        "halls": [
            dry | {"lead_time_months": 3, "price_musd_per_mw": 10.0},
            wet | {"lead_time_months": 2, "price_musd_per_mw": 12.0},
            tent | {"lead_time_months": 2, "price_musd_per_mw": 8.0},
        ],
        "power_sources": [
            grid | {"lead_time_months": 6, "price_musd_per_mw": 1.0, "energy_usd_per_mwh": 50.0},
            gas | {"lead_time_months": 3, "price_musd_per_mw": 2.0, "energy_usd_per_mwh": 80.0},
        ],
        "fabrics": [
            leaf | {"lead_time_months": 3, "price_usd_per_endpoint": 2000.0, "instance_price_musd": 0.25},
            spine | {"lead_time_months": 3, "price_usd_per_endpoint": 3000.0, "instance_price_musd": 0.1},
            mesh | {"lead_time_months": 3, "price_usd_per_endpoint": 1000.0},
        ],
    }


def _demand() -> dict[str, list[dict[str, Any]]]:
    big = {"run": "big", "flop_zflop": 1100.0, "durations_months": [6], "eligible": ["x1"], "earliest": "2026-07"}
    small = {"run": "small", "flop_zflop": 400.0, "number_format": "fp8", "durations_months": [6], "eligible": ["y1"]}
    hired = {"run": "hired", "params_b": 5.0, "tokens_b": 10000.0, "mfu": 0.5, "goodput": 1.0, "sites": ["cloud"]}
    never = {"run": "never", "flop_zflop": 50.0, "mfu": 0.5, "durations_months": [3], "eligible": ["x1", "y1"]}
    research = {
        "stream": "research",
        "eligible": ["x1", "y1"],
        "mfu": 0.3,
        "floor_pflops": 30.0,
        "ceiling_pflops": 300.0,
    }
    spare = {"stream": "spare", "eligible": ["x1"], "sites": ["alpha"], "ceiling_pflops": 45.0}
    per_unit = {"load": "big", "site": "alpha", "usd_per_accelerator_month": 10.0}
    return {
        "runs": [
            big
            | {
                "due": "2026-11",
                "latest": "2026-10",
                "value_musd": 50.0,
                "value_loss_per_month": 0.05,
                "must_run": True,
            },
            small | {"earliest": "2026-07", "due": "2027-06", "latest": "2027-01", "value_musd": 20.0},
            hired
            | {"durations_months": [3], "eligible": ["x1"], "earliest": "2026-10", "due": "2027-01"}
            | {"latest": "2027-06", "value_musd": 5.0},
            never | {"earliest": "2026-01", "due": "2026-04", "latest": "2026-03", "value_musd": 0.001},
        ],
        "mfu": [
            {"accelerator": "x1", "number_format": "bf16", "gang_size": 100, "mfu": 0.42, "goodput": 0.95},
            {"accelerator": "x1", "number_format": "bf16", "gang_size": 1000, "mfu": 0.4, "goodput": 0.9},
            {"accelerator": "y1", "number_format": "bf16", "gang_size": None, "mfu": 0.4, "goodput": 1.0},
        ],
        "streams": [research | {"unserved_usd_per_pflops_month": 2000.0}, spare],
        "stream_demand": [{"stream": "research", "from": "2026-06", "floor_pflops": 60.0, "ceiling_pflops": None}],
        "stream_segments": [
            {"stream": "research", "up_to_pflops": 50.0, "musd_per_pflops_month": 0.01},
            {"stream": "research", "up_to_pflops": 100.0, "musd_per_pflops_month": 0.004},
        ],
        "stream_speeds": [{"stream": "research", "accelerator": "y1", "pflops_per_accelerator": 1.0}],
        "placement": [
            per_unit,
            {"load": "research", "site": "cloud", "usd_per_pflops_month": 100.0},
            {"load": "small", "site": "beta", "usd_per_pflops_month": 200.0},
        ],
    }


def _money() -> dict[str, list[dict[str, Any]]]:
    every = {"fiscal_year": 2026, "category": "all", "budget_musd": 20.0, "pull_forward_share": 0.2}
    return {
        "prices": [
            {"item": "x1", "date": "2026-03", "price": 28000.0},
            {"item": "x1", "date": "2026-05", "price": 26000.0},
            {"item": "cloud", "date": "2026-04", "price": 900.0},
            {"item": "dry", "date": "2026-01", "price": 11.0},
            {"item": "alpha.dry", "date": "2026-02", "price": 10.0},
        ],
        "cash_profiles": [
            {"item": "x1", "event": "order", "offset_months": -2, "share": 0.25},
            {"item": "x1", "event": "delivery", "offset_months": 1, "share": 0.75},
        ],
        "opex": [
            {"item": "x1", "usd_per_year": 1200.0},
            {"item": "alpha.dry", "usd_per_year": 60000.0},
            {"item": "gas", "usd_per_year": 24000.0},
        ],
        "priced_limits": [
            {"limit": "supply", "price_usd": 1000.0},
            {"limit": "halls", "price_usd": 5000.0},
            {"limit": "power_sources", "price_usd": 4000.0},
        ],
        "budgets": [
            every,
            every | {"fiscal_year": 2027, "budget_musd": 8.0},
            {"fiscal_year": 2026, "category": "hall", "budget_musd": 12.0, "carry_over_share": 0.5},
            {"fiscal_year": 2026, "category": "opex", "budget_musd": 1.0, "overrun_price_musd": 1.5},
            {"fiscal_year": 2027, "category": "opex", "budget_musd": 5.0},
        ],
    }


# Rented by signature and period: one committed lot handed over from January in six steps, three from April.
HANDED = {"committed": [32 / 6, 32 * 4 / 6, 32, 0], "signed": [0, 96 / 6, 96 * 4 / 6, 96]}
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
    capex = 1.5 + 5.6 + 2.56 + 9.9 + 0.8 + 0.868 + 0.064
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
        ("x1", "alpha"): [190 / 200, 220 / 300, 440 / 500, 280 / 500],
        ("y1", "beta"): [0, 0, 26 / 64, 8 / 64],
        ("x1", "cloud"): [0, 30 / handed[1], 0, 20 / 96],
        ("y1", "pod"): [0, 0, 0, 5 / 16],
    }
    m.put("utilisation", gsp, taken)
    m.put("supply_excess", ("accelerator", "period"), {"y1": [0, 4, 0, 0]})
    m.put("lease_signed", ("lease", "period"), {"cloud": [0, 3, 0, 0], "pod": [0, 0, 1, 0]})
    m.put("lease_signing", ("lease", "period"), {"cloud": [0, 1, 0, 0]})
    m.data = m.data.assign_coords(signature=m.labels["period"])
    m.labels["signature"] = [str(date)[:7] for date in m.labels["period"]]
    by_signature = {("cloud", "2026-01"): RENTED["committed"], ("cloud", "2026-04"): RENTED["signed"]}
    by_signature |= {("pod", "2026-07"): [0, 0, 16, 10]}
    m.put("lease_rented", ("lease", "signature", "period"), by_signature)


def _put_power(m: Maker) -> None:
    m.put("hall_build", ("hall", "period"), {"alpha.dry": [0, 0, 1, 0], "beta.wet": [0, 0, 1, 0]})
    m.put("hall_mw", ("hall", "period"), {"alpha.dry": [0.32, 0.32, 0.57, 0.57], "beta.wet": [0, 0, 0.2, 0.2]})
    m.put("power_source_build", ("power_source", "period"), {"alpha.grid": [0, 0, 1, 0], "beta.gas": [0, 0, 1, 0]})
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
    m.put("instance_order", ("fabric", "period"), {"alpha.spine": [0, 0, 1, 0], "beta.mesh": [0, 0, 1, 0]})
    ends = {"alpha.leaf": [320] * 4, "alpha.spine": [0, 0, 256, 256], "beta.mesh": [0, 0, 64, 64]}
    m.put("endpoints", ("fabric", "period"), ends)
    ones = {"alpha.leaf": [3] * 4, "alpha.spine": [0, 0, 1, 1], "beta.mesh": [0, 0, 1, 1]}
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
    m.put("segment", ("stream", "segment", "period"), served)


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
        ("capex", "network", "alpha", 3, 256 * 0.003 + 0.1),
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
        ("terminal", "network", "alpha", 24, 0.868 * 0.8**1.5),
        ("terminal", "network", "beta", 24, 0.064 * 0.8**1.5),
    ]
    bought = [ENERGY["alpha"][0], ENERGY["alpha"][1] - 20, *ENERGY["alpha"][2:]]
    hall = [0.32, 0.32, 0.57, 0.57]
    for t, month in enumerate((0, 3, 6, 12)):
        running = (200, 300, 500, 500)[t] * 1200e-6 + hall[t] * 0.06
        lines.append(("opex", "running", "alpha", month, running / 12 * MONTHS[t]))
        lines.append(("opex", "energy", "alpha", month, bought[t] * 50e-6))
        rent = 1000e-6 * (0.75 * HANDED["committed"][t] + 0.25 * RENTED["committed"][t])
        rent += 900e-6 * (0.75 * HANDED["signed"][t] + 0.25 * RENTED["signed"][t])
        lines.append(("opex", "lease", "cloud", month, MONTHS[t] * rent))
        if t > 1:
            lines.append(("opex", "running", "beta", month, 0.2 * 0.024 / 12 * MONTHS[t]))
            lines.append(("opex", "energy", "beta", month, ENERGY["beta"][t] * 80e-6))
            lines.append(("opex", "lease", "pod", month, MONTHS[t] * 16 * 2000e-6))
    lines += [("opex", "lease", "pod", month, 16 * 2000e-6) for month in range(24, 36)]
    return lines
