"""Scenarios worked out by hand: one in which everything is bought early, one of two sites with all there can be."""

from __future__ import annotations

from typing import Any


def early() -> dict[str, Any]:
    """One run in 2027 on what is bought in January 2026, before all prices rise a hundredfold in April.

    1,000 accelerators of 20,000 USD (order to service 3 + 3 months, life 48 months), 1 MW of hall for 10 M$ (6
    months), 1,000 endpoints of 2,000 USD (3 months); the run holds all from 2027-01 to 2027-07.
    """
    dear = (("x1", 2_000_000), ("hall_a", 1000), ("clos", 200_000))
    return {
        "format": 1,
        "name": "early",
        "title": "Bought before the price rises",
        "calendar": {"start": "2026-01", "periods": "8x3", "tail_months": 12},
        "finance": {"discount_rate": 0, "terminal_value": "none"},
        "power": {"fabric_draw_share": 0},
        "solve": {"gap": 0, "threads": 1},
        "tables": {
            "accelerators": [
                {
                    "accelerator": "x1", "bf16_dense_tflops": 1000, "memory_gb": 80, "provisioned_kw": 1.0,
                    "cooling": "air", "lot_size": 1000, "lead_time_months": 3, "bring_up_months": 3,
                    "life_months": 48, "price_usd": 20_000,
                }
            ],
            "prices": [{"item": item, "date": "2026-04", "price": price} for item, price in dear],
            "cash_profiles": [
                {"item": "x1", "event": "order", "share": 0.25},
                {"item": "x1", "event": "delivery", "share": 0.25},
                {"item": "x1", "event": "delivery", "offset_months": 3, "share": 0.5},
            ],
            "sites": [{"site": "alpha", "pue": 1.2}],
            "halls": [
                {
                    "site": "alpha", "hall": "hall_a", "cooling": "air", "module_mw": 1, "max_modules": 2,
                    "lead_time_months": 6, "price_musd_per_mw": 10,
                }
            ],
            "fabrics": [
                {
                    "site": "alpha", "fabric": "clos", "max_gang": 4000, "block_endpoints": 1000,
                    "existing_instances": 1, "lead_time_months": 3, "price_usd_per_endpoint": 2000,
                }
            ],
            "runs": [_run(flop_zflop=6000, sites=None, value_musd=500, earliest="2027-01", latest="2027-01")],
        },
    }  # fmt: skip


def _run(**cells: Any) -> dict[str, Any]:
    return {
        "run": "wide", "mfu": 0.4, "goodput": 1, "durations_months": [6], "eligible": ["x1"], "due": "2027-12",
        **cells,
    }  # fmt: skip


def campus() -> dict[str, Any]:
    """Two sites that hold one gang of 2,000 from 2026-10 on, at least cost: all of it can be had one way only.

    alpha gets its liquid cooling by a retrofit, beta from a tent and a leased hall, its power from a phase; a
    link joins them; what stands at alpha is sold when nothing runs on it any more.
    """
    halls = [
        {"site": "alpha", "hall": "air", "cooling": "air", "existing_mw": 1.5},
        {"site": "alpha", "hall": "liquid", "cooling": "liquid"},
        {
            "site": "beta", "hall": "tent", "cooling": "liquid", "module_mw": 0.6, "max_modules": 1, "kind": "tent",
            "life_months": 24, "lead_time_months": 3, "price_musd_per_mw": 5,
        },
        {
            "site": "beta", "hall": "rented", "cooling": "liquid", "module_mw": 0.6, "max_modules": 1,
            "kind": "leased", "rent_usd_per_kw_month": 150, "lead_time_months": 3, "price_musd_per_mw": 1,
        },
    ]  # fmt: skip
    return {
        "format": 1,
        "name": "campus",
        "title": "Two sites, one gang",
        "calendar": {"start": "2026-01", "periods": "8x3", "tail_months": 12},
        "finance": {"objective": "least_cost", "discount_rate": 0.1},
        "power": {"fabric_draw_share": 0.1},
        "solve": {"gap": 0, "threads": 1},
        "tables": {
            "teams": [{"team": "research"}],
            "accelerators": [
                {
                    "accelerator": "x1", "bf16_dense_tflops": 1000, "memory_gb": 80, "provisioned_kw": 1.0,
                    "cooling": "liquid", "lot_size": 100, "lead_time_months": 3, "life_months": 60,
                    "price_usd": 20_000,
                },
                {
                    "accelerator": "old", "bf16_dense_tflops": 300, "memory_gb": 80, "provisioned_kw": 0.5,
                    "cooling": "air", "lot_size": 100, "orderable": False,
                },
            ],
            "sites": [{"site": "alpha", "pue": 1.2}, {"site": "beta", "pue": 1.1, "opening_cost_musd": 3}],
            "fleet": [
                {
                    "site": "alpha", "accelerator": "old", "count": 800, "status": "existing",
                    "in_service_from": "2024-01",
                }
            ],
            "resale": [{"accelerator": "old", "age_months": 24, "price_usd": 5000}],
            "running": [
                {"running": "before", "site": "alpha", "accelerator": "old", "n": 100, "until": "2026-04"}
            ],
            "halls": halls,
            "retrofits": [
                {"site": "alpha", "from_hall": "air", "to_hall": "liquid", "musd_per_mw": 2, "outage_months": 3}
            ],
            "power_sources": [
                {"site": "alpha", "power_source": "grid", "existing_mw": 3, "max_mw": 3, "energy_usd_per_mwh": 50},
                {"site": "beta", "power_source": "grid", "max_mw": 2, "energy_usd_per_mwh": 50},
            ],
            "power_phases": [
                {"site": "beta", "power_source": "grid", "phase": "first", "mw": 2, "lead_time_months": 6,
                 "price_musd": 4}
            ],
            "links": [{"link": "ab", "site_a": "alpha", "site_b": "beta", "fixed_charge_musd": 1.5}],
            "link_modules": [
                {"link": "ab", "module": "wave", "tbps": 5, "max_modules": 4, "lead_time_months": 3, "price_musd": 2}
            ],
            "spans": [{"span": "both", "tbps_per_kaccelerator": 1}],
            "span_sites": [{"span": "both", "site": site, "share": 0.5} for site in ("alpha", "beta")],
            "opex": [{"item": "old", "usd_per_year": 1000}],
            "runs": [
                _run(flop_zflop=12_600, sites=["both"], team="research", value_musd=10, earliest="2026-10",
                     latest="2026-10", must_run=True)
            ],
        },
    }  # fmt: skip
