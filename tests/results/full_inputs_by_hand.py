"""The inputs of the plan by hand with every room in it.

Four periods of 3, 3, 6 and 12 months from January 2026, the last one the tail; slots of 3 months. Two sites
(beta is opened), two types in two cooling classes, two tiers at alpha, two leases, two streams, four runs,
budgets that carry, pull and overrun, every limit priced, payment by profile.
"""

from __future__ import annotations

from typing import Any

from tests.results.plans_by_hand import document


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
    pod = {"lease": "pod", "accelerator": "y1", "lot_size": 8, "max_lots": 2, "from": "2026-01", "term_months": 30}
    return {
        "accelerators": [x1, y1 | {"price_usd": 40000.0, "availability": 0.9}],
        "fleet": [stands | {"retires": "2027-07"}, comes | {"due_musd": 1.5, "due_date": "2026-03"}],
        "supply": [
            {"accelerator": "x1", "from": "2026-01", "per_month": 50.0, "basis": "arrival"},
            {"accelerator": "y1", "from": "2026-04", "per_month": 20.0, "basis": "order"},
        ],
        "leases": [
            cloud | {"take_or_pay_share": 0.75, "ramp_months": 6, "max_gang": 96},
            pod | {"usd_per_accelerator_month": 2000.0, "take_or_pay_share": 0.8},
        ],
    }


def _sites() -> dict[str, list[dict[str, Any]]]:
    dry = {"site": "alpha", "hall": "dry", "cooling": "air", "existing_mw": 0.32, "module_mw": 0.125, "max_modules": 2}
    wet = {"site": "beta", "hall": "wet", "cooling": "liquid", "module_mw": 0.2, "max_modules": 1}
    tent = {"site": "beta", "hall": "tent", "cooling": "either", "module_mw": 0.1, "max_modules": 3}
    grid = {"site": "alpha", "power_source": "grid", "existing_mw": 0.4, "module_mw": 0.2, "max_mw": 0.8}
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
