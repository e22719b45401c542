"""The golden fixture of what a previous plan asks."""

from __future__ import annotations

from tests.golden.rows import ALPHA, kind, run, scenario

# Periods of 6 months; x1 and halls take 6 from order to service, leases none. Re-planned on 2026-03, frozen until
# 2026-08: so x1 and halls that arrive by 2027-01 are settled, leases signed by 2026-07, starts before 2026-08. The 3
# lots of x1 of 2026-07 can be cancelled, the hall (its date is past) and the lots of 2027-01 not. Of 2028 the plan
# before says nothing. Priced are x1, leases and phases, not halls. The phase and the 0.5 MW of retrofit can
# be cancelled, the link's module not; phases take 6 months, modules 12.
REPLAN = scenario(
    "replan",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [kind()],
        "halls": [
            {
                "site": site, "hall": "a", "cooling": "air", "module_mw": 1, "max_modules": 5,
                "lead_time_months": 6, "price_musd_per_mw": 10,
            }
            for site in ("alpha", "beta")
        ] + [{"site": "alpha", "hall": "l", "cooling": "liquid"}],
        "power_sources": [
            {"site": "alpha", "power_source": "grid", "existing_mw": 9, "max_mw": 12, "energy_usd_per_mwh": 0},
        ],
        "power_phases": [
            {
                "site": "alpha", "power_source": "grid", "phase": "b", "mw": 2, "lead_time_months": 6, "price_musd": 1,
                "available_from": "2026-07",
            },
        ],
        "links": [{"link": "ab", "site_a": "alpha", "site_b": "beta"}],
        "link_modules": [
            {"link": "ab", "module": "wave", "tbps": 1, "max_modules": 4, "lead_time_months": 12, "price_musd": 1},
        ],
        "retrofits": [
            {"site": "alpha", "from_hall": "a", "to_hall": "l", "musd_per_mw": 1, "outage_months": 6},
        ],
        "leases": [
            {
                "lease": "cloud", "accelerator": "x1", "lot_size": 100, "max_lots": 4, "from": "2026-07",
                "term_months": 6, "usd_per_accelerator_month": 2000,
            },
        ],
        "runs": [
            run("held", 200, earliest="2026-07", latest="2027-01"),
            run("later", 300, earliest="2026-07", latest="2027-01", sites="alpha"),
            run("refused", 100, earliest="2026-07", latest="2027-01", sites="cloud"),
            run("new", 100, earliest="2026-07", latest="2027-01", sites="beta"),
        ],
        "previous_plan": [
            {"plan": "last", "replanned": "2026-03", "frozen_until": "2026-08", "known_until": "2028-01"},
        ],
        "previous_orders": [
            {
                "what": "accelerator", "item": "x1", "site": "alpha", "arrives": "2026-07", "count": 3,
                "cancellable_until": "2026-03", "cancel_fee_musd": 0.5,
            },
            {"what": "accelerator", "item": "x1", "site": "beta", "arrives": "2027-01", "count": 1},
            {
                "what": "hall", "item": "a", "site": "alpha", "arrives": "2026-07", "count": 2,
                "cancellable_until": "2026-02",
            },
            {"what": "lease", "item": "cloud", "arrives": "2027-01", "count": 2},
            {
                "what": "power_phase", "item": "b", "part_of": "grid", "site": "alpha", "arrives": "2026-07",
                "count": 1, "cancellable_until": "2026-04", "cancel_fee_musd": 0.5,
            },
            {"what": "link_module", "item": "wave", "part_of": "ab", "arrives": "2027-01", "count": 2},
            {
                "what": "retrofit", "item": "l", "part_of": "a", "site": "alpha", "arrives": "2026-07",
                "count": 0.5, "cancellable_until": "2026-04",
            },
        ],
        "previous_runs": [
            {"run": "held", "start": "2026-07", "site": "alpha", "accelerator": "x1"},
            {"run": "later", "start": "2027-01", "site": "alpha", "accelerator": "x1"},
            {"run": "refused"},
        ],
        "moving_prices": [
            {"what": "run", "musd": 4}, {"what": "accelerator", "musd": 0.2}, {"what": "lease", "musd": 0.1},
            {"what": "power_phase", "musd": 0.3},
        ],
    },
    calendar={"periods": [6, 6, 6, 6, 6]},
)  # fmt: skip
