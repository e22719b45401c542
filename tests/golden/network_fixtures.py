"""The golden fixtures of what joins sites, and of what is sold or built once: links, phases, resale."""

from __future__ import annotations

from tests.golden.rows import ALPHA, fleet, run, scenario, standing, stream

# Three cohorts, two of a type that can be sold: one is there from the start and retires in the last period, one comes
# in the second; the price of its age is 12,000 USD until two years, then 8,000.
RESALE = scenario(
    "resale",
    {
        "sites": [ALPHA],
        "accelerators": [standing(), standing("x2")],
        "fleet": [
            fleet(500) | {"retires": "2027-04"},
            fleet(300, "x2"),
            fleet(200) | {"status": "committed", "in_service_from": "2026-06"},
        ],
        "resale": [
            {"accelerator": "x1", "age_months": 12, "price_usd": 12000},
            {"accelerator": "x1", "age_months": 24, "price_usd": 8000},
        ],
        "streams": [stream(eligible="x1;x2")],
    },
)

# Two modules of one source; the second comes later.
PHASES = scenario(
    "phases",
    {
        "sites": [ALPHA],
        "accelerators": [standing()],
        "fleet": [fleet(1000)],
        "power_sources": [
            {"site": "alpha", "power_source": "gas", "existing_mw": 1, "max_mw": 9, "energy_usd_per_mwh": 80},
        ],
        "power_phases": [
            {
                "site": "alpha", "power_source": "gas", "phase": "second", "mw": 2, "lead_time_months": 6,
                "price_musd": 5,
            },
            {
                "site": "alpha", "power_source": "gas", "phase": "third", "mw": 3, "available_from": "2026-09",
                "lead_time_months": 2, "price_musd": 6,
            },
        ],
        "streams": [stream()],
    },
)  # fmt: skip

# Three sites in a row and one aside: alpha - beta (shared, two kinds of modules, a fixed charge), beta - gamma (each
# way for itself), alpha - gamma (stands). Traffic from alpha to gamma rises in 2026-09; from gamma it starts in 2027;
# a stream at home in beta asks for traffic to alpha; `c` stands at alpha and gamma.
LINKS = scenario(
    "links",
    {
        "sites": [ALPHA, *({"site": name, "pue": 1.1} for name in ("beta", "gamma"))],
        "accelerators": [standing()],
        "fleet": [fleet(500), fleet(400, site="gamma")],
        "links": [
            {"link": "ab", "site_a": "alpha", "site_b": "beta", "fixed_charge_musd": 4, "existing_tbps": 1},
            {
                "link": "bc", "site_a": "beta", "site_b": "gamma", "capacity": "directed", "fixed_charge_musd": 3,
                "flow_cost_musd_per_tbps": 0.5,
            },
            {"link": "ac", "site_a": "alpha", "site_b": "gamma", "existing_tbps": 5},
        ],
        "link_modules": [
            {"link": "ab", "module": "wave", "tbps": 10, "max_modules": 3, "lead_time_months": 6, "price_musd": 3},
            {"link": "ab", "module": "fibre", "tbps": 80, "max_modules": 1, "lead_time_months": 12, "price_musd": 15},
            {"link": "bc", "module": "wave", "tbps": 10, "max_modules": 2, "lead_time_months": 0, "price_musd": 2},
        ],
        "traffic": [
            {"from_site": "alpha", "to_site": "gamma", "from": "2026-01", "tbps": 3},
            {"from_site": "alpha", "to_site": "gamma", "from": "2026-09", "tbps": 12},
            {"from_site": "gamma", "to_site": "alpha", "from": "2027-01", "tbps": 2},
        ],
        "spans": [{"span": "ends", "tbps_per_kaccelerator": 5}],
        "span_sites": [{"span": "ends", "site": site, "share": 0.5} for site in ("alpha", "gamma")],
        "runs": [run("c", 400, sites="ends")],
        "streams": [stream(home_site="beta", tbps_per_pflops_away=0.02)],
    },
)  # fmt: skip
