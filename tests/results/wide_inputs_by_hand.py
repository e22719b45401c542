"""The inputs of the plan by hand that has what the full one lacks: several sites that are joined, and what ends.

Periods and slots as in the full plan: 3, 3, 6 and 12 months from January 2026, the last one the tail. Three sites:
alpha with an old fleet, a tent, a retrofit and a run in progress; beta, closed, with a leased hall and a phase of
its grid; gamma, where a stream is at home. Three links, one of them directed; one run over alpha and gamma.
"""

from __future__ import annotations

from typing import Any

from tests.results.plans_by_hand import document

ZFLOP = 2.6298  # of 1 PFLOP/s in a month


def wide_inputs() -> dict[str, Any]:
    """The resolved inputs of the plan."""
    settings = {
        "calendar": {"start": "2026-01", "periods": [3, 3, 6], "slot_months": 3, "tail_months": 12},
        "finance": {"discount_rate": 0.1, "average_draw": 0.8},
    }
    return document("wide_by_hand", settings, {**_fleet(), **_sites(), **_links(), **_demand(), **_money()})


def _fleet() -> dict[str, list[dict[str, Any]]]:
    x1 = {"accelerator": "x1", "bf16_dense_tflops": 1000.0, "provisioned_kw": 1.0, "cooling": "air", "lot_size": 10}
    l1 = {"accelerator": "l1", "bf16_dense_tflops": 2000.0, "provisioned_kw": 2.0, "cooling": "liquid", "lot_size": 32}
    old = {"site": "alpha", "accelerator": "x1", "count": 400, "status": "existing", "in_service_from": "2024-01"}
    return {
        "accelerators": [
            x1 | {"orderable": False},
            l1 | {"lead_time_months": 3, "life_months": 36, "price_usd": 40000.0},
        ],
        "fleet": [old, old | {"site": "gamma", "count": 200, "in_service_from": "2025-01"}],
        "resale": [
            {"accelerator": "x1", "age_months": 30, "price_usd": 10000.0},
            {"accelerator": "x1", "age_months": 0, "price_usd": 20000.0},
        ],
    }


def _sites() -> dict[str, list[dict[str, Any]]]:
    tent = {"site": "alpha", "hall": "tent", "kind": "tent", "cooling": "air", "module_mw": 0.1, "max_modules": 2}
    let = {"site": "beta", "hall": "let", "kind": "leased", "cooling": "liquid", "module_mw": 0.5, "max_modules": 2}
    grid = {"power_source": "grid", "energy_usd_per_mwh": 50.0}
    second = {"site": "alpha", "power_source": "grid", "phase": "second", "mw": 0.5, "lead_time_months": 3}
    station = {"site": "beta", "power_source": "grid", "phase": "station", "mw": 2.0, "lead_time_months": 6}
    clos = {"site": "alpha", "fabric": "clos", "max_gang": 128, "existing_endpoints": 512}
    rail = {"fabric": "rail", "max_gang": 64}
    return {
        "sites": [
            {"site": "alpha", "pue": 1.25},
            {"site": "beta", "pue": 1.2, "opening_cost_musd": 4.0},
            {"site": "gamma", "pue": 1.0},
        ],
        "halls": [
            {"site": "alpha", "hall": "dry", "cooling": "air", "existing_mw": 0.6},
            {"site": "alpha", "hall": "wet", "cooling": "liquid"},
            tent | {"life_months": 6, "lead_time_months": 3, "price_musd_per_mw": 2.0},
            let | {"rent_usd_per_kw_month": 100.0, "lead_time_months": 3, "price_musd_per_mw": 0.4},
            {"site": "gamma", "hall": "dry", "cooling": "air", "existing_mw": 0.25},
        ],
        "retrofits": [
            {"site": "alpha", "from_hall": "dry", "to_hall": "wet", "musd_per_mw": 3.0, "outage_months": 6},
        ],
        "power_sources": [
            grid | {"site": "alpha", "existing_mw": 1.0, "max_mw": 1.5},
            grid | {"site": "beta", "max_mw": 3.0},
            grid | {"site": "gamma", "existing_mw": 0.5, "max_mw": 0.5},
        ],
        "power_phases": [second | {"price_musd": 2.0}, station | {"price_musd": 6.0}],
        "fabrics": [
            clos,
            rail | {"site": "beta", "block_endpoints": 32, "lead_time_months": 3, "price_usd_per_endpoint": 1000.0},
            rail | {"site": "gamma", "existing_endpoints": 256},
        ],
    }


def _links() -> dict[str, list[dict[str, Any]]]:
    wave = {"link": "ab", "module": "wave", "tbps": 10.0, "max_modules": 2, "lead_time_months": 3, "price_musd": 3.0}
    fibre = {"link": "bg", "module": "fibre", "tbps": 5.0, "max_modules": 1, "lead_time_months": 0, "price_musd": 2.0}
    traffic = {"from_site": "alpha", "to_site": "gamma"}
    return {
        "links": [
            {"link": "ab", "site_a": "alpha", "site_b": "beta", "fixed_charge_musd": 1.0},
            {
                "link": "ag",
                "site_a": "alpha",
                "site_b": "gamma",
                "existing_tbps": 4.0,
                "flow_cost_musd_per_tbps": 0.6,
            },
            {"link": "bg", "site_a": "beta", "site_b": "gamma", "capacity": "directed", "fixed_charge_musd": 0.5},
        ],
        "link_modules": [wave, fibre],
        "traffic": [
            traffic | {"from": "2026-03", "tbps": 4.0},
            traffic | {"from": "2026-01", "tbps": 1.0},
            {"from_site": "alpha", "to_site": "beta", "from": "2026-07", "tbps": 2.0},
        ],
        "spans": [{"span": "wide", "mfu_factor": 0.8, "tbps_per_kaccelerator": 5.0}],
        "span_sites": [
            {"span": "wide", "site": "alpha", "share": 0.6},
            {"span": "wide", "site": "gamma", "share": 0.4},
        ],
    }


def _demand() -> dict[str, list[dict[str, Any]]]:
    run = {"mfu": 0.4, "goodput": 1.0, "eligible": ["x1"]}
    spread = {"run": "spread", "flop_zflop": 146 * 0.4 * 0.8 * 6 * ZFLOP, "durations_months": [6], "sites": ["wide"]}
    solo = {"run": "solo", "flop_zflop": 40 * 0.4 * 3 * ZFLOP, "durations_months": [3], "sites": ["gamma"]}
    none = {"run": "none", "flop_zflop": 90 * 0.4 * 6 * ZFLOP, "durations_months": [6]}
    work = {"stream": "work", "mfu": 0.5, "eligible": ["x1", "l1"], "home_site": "gamma"}
    return {
        "running": [{"running": "old", "site": "alpha", "accelerator": "x1", "n": 100, "until": "2026-05"}],
        "runs": [
            run | spread | {"earliest": "2026-07", "due": "2027-01", "latest": "2026-07", "value_musd": 30.0},
            run | solo | {"earliest": "2026-01", "due": "2026-04", "latest": "2026-01", "value_musd": 2.0},
            run | none | {"earliest": "2026-04", "due": "2026-10", "latest": "2026-04", "value_musd": 0.1},
        ],
        "streams": [work | {"tbps_per_pflops_away": 0.02}],
        "stream_segments": [{"stream": "work", "up_to_pflops": 100.0, "musd_per_pflops_month": 0.01}],
        "placement": [
            {"load": "spread", "site": "gamma", "usd_per_pflops_month": 200.0},
            {"load": "spread", "site": "alpha", "usd_per_accelerator_month": 10.0},
        ],
    }


def _money() -> dict[str, list[dict[str, Any]]]:
    return {
        "prices": [
            {"item": "second", "date": "2026-01", "price": 1.5},
            {"item": "ab.wave", "date": "2026-01", "price": 2.5},
            {"item": "wave", "date": "2025-12", "price": 9.0},
        ],
        "cash_profiles": [
            {"item": "station", "event": "order", "offset_months": 0, "share": 0.5},
            {"item": "station", "event": "delivery", "offset_months": 0, "share": 0.5},
            {"item": "bg.fibre", "event": "order", "offset_months": 0, "share": 0.25},
            {"item": "bg.fibre", "event": "delivery", "offset_months": 3, "share": 0.75},
        ],
        "opex": [
            {"item": "x1", "usd_per_year": 1200.0},
            {"item": "alpha.grid", "usd_per_year": 12000.0},
            {"item": "wet", "usd_per_year": 24000.0},
            {"item": "wave", "usd_per_year": 60000.0},
        ],
    }
