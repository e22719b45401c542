"""One scenario per room, as small as makes every equation of the room non-empty.

Three periods of 6, 6 and 12 months in slots of 6 months unless said; the first starts in 2026-01 (month 0).
"""

from __future__ import annotations

from tests.golden.money_fixtures import BUDGETS, FINANCE
from tests.golden.network_fixtures import LINKS, PHASES, RESALE
from tests.golden.portfolio_fixtures import PORTFOLIO
from tests.golden.replan_fixtures import REPLAN
from tests.golden.rows import ALPHA, Document, fleet, kind, run, scenario, standing, stream
from tests.golden.team_fixtures import TEAMS

# x1: 500 stand until 2026-09 (out of the second period: under half of it), 200 arrive in 2026-10 (in: half of it),
# and what arrives in 2026-07 with a life of 12 months is in service for half of the last period; both can be sold;
# x2 takes 2 months to bring up.
FLEET = scenario(
    "fleet",
    {
        "sites": [ALPHA],
        "accelerators": [kind(life_months=12), kind("x2", lead_time_months=4, bring_up_months=2)],
        "fleet": [
            fleet(500) | {"retires": "2026-09"},
            fleet(200) | {"status": "committed", "in_service_from": "2026-10"},
        ],
        "resale": [{"accelerator": "x1", "age_months": 0, "price_usd": 9000}],
        "streams": [stream(eligible="x1;x2")],
    },
    power={"basis": "installed"},
)

# x1 by arrival at two sites, from 2026-03, more from 2026-11, with 200 committed; x2 by order date.
SUPPLY = scenario(
    "supply",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [kind(), kind("x2", lead_time_months=4, bring_up_months=2)],
        "fleet": [fleet(200) | {"status": "committed", "in_service_from": "2026-10"}],
        "supply": [
            {"accelerator": "x1", "from": "2026-03", "per_month": 50},
            {"accelerator": "x1", "from": "2026-11", "per_month": 70},
            {"accelerator": "x2", "from": "2026-02", "per_month": 30, "basis": "order"},
        ],
        "streams": [stream(eligible="x1;x2")],
        "priced_limits": [{"limit": "supply", "price_usd": 5000}],
    },
)

# cloud: signatures of 2 to 5 lots for 12 months, handed over in 8 months; partner: 3 lots signed three months
# before the horizon for 14 months, handed over in 12, and one more to be had at any time.
LEASES = scenario(
    "leases",
    {
        "accelerators": [standing()],
        "leases": [
            {
                "lease": "cloud", "accelerator": "x1", "lot_size": 100, "min_lots": 2, "max_lots": 5,
                "from": "2026-01", "until": "2026-07", "term_months": 12, "usd_per_accelerator_month": 2000,
                "take_or_pay_share": 0.5, "ramp_months": 8,
            },
            {
                "lease": "partner", "accelerator": "x1", "lot_size": 50, "max_lots": 4, "committed_lots": 3,
                "from": "2025-10", "term_months": 14, "ramp_months": 12, "usd_per_accelerator_month": 1000,
            },
        ],
        "streams": [stream()],
    },
)  # fmt: skip

# Types that need air, liquid and either; air and liquid halls can be built, one that cools either stands. A tent
# stands for 9 months: in its second period, not in the last. MW go from the air hall to the liquid one, back after
# 3 months: in the period after.
HALLS = scenario(
    "halls",
    {
        "sites": [ALPHA],
        "accelerators": [
            kind(provisioned_kw=1.0),
            kind("x2", provisioned_kw=2.0, cooling="liquid"),
            standing("x3", provisioned_kw=0.5, cooling="either"),
        ],
        "fleet": [fleet(100, "x3")],
        "halls": [
            {
                "site": "alpha", "hall": "air", "cooling": "air", "module_mw": 1, "existing_mw": 2, "max_modules": 3,
                "lead_time_months": 6, "price_musd_per_mw": 10,
            },
            {
                "site": "alpha", "hall": "wet", "cooling": "liquid", "module_mw": 4, "max_modules": 2,
                "lead_time_months": 12, "price_musd_per_mw": 12,
            },
            {"site": "alpha", "hall": "mixed", "cooling": "either", "existing_mw": 1},
            {
                "site": "alpha", "hall": "tent", "cooling": "air", "kind": "tent", "life_months": 9, "module_mw": 0.5,
                "max_modules": 4, "lead_time_months": 0, "price_musd_per_mw": 3,
            },
        ],
        "retrofits": [
            {"site": "alpha", "from_hall": "air", "to_hall": "wet", "musd_per_mw": 2, "outage_months": 3},
        ],
        "streams": [stream(eligible="x1;x2;x3")],
        "priced_limits": [{"limit": "halls", "price_usd": 100000}],
    },
)  # fmt: skip

# A grid that can be extended by two modules of 3 MW to 7 MW, a gas plant that cannot but for a second block of 2 MW;
# the limit has a price.
POWER = scenario(
    "power",
    {
        "sites": [ALPHA],
        "accelerators": [standing()],
        "fleet": [fleet(1000)],
        "power_sources": [
            {
                "site": "alpha", "power_source": "grid", "existing_mw": 1, "module_mw": 3, "max_mw": 7,
                "available_from": "2026-07", "lead_time_months": 3, "price_musd_per_mw": 2, "energy_usd_per_mwh": 50,
            },
            {
                "site": "alpha", "power_source": "gas", "existing_mw": 0.5, "max_mw": 2.5, "energy_usd_per_mwh": 80,
            },
        ],
        "power_phases": [
            {
                "site": "alpha", "power_source": "gas", "phase": "second", "mw": 2, "lead_time_months": 9,
                "price_musd": 5,
            },
        ],
        "streams": [stream()],
        "priced_limits": [{"limit": "power_sources", "price_usd": 90000}],
    },
)  # fmt: skip

# beta is closed: its hall (3 modules), its grid (6 MW in modules of 2 MW) and the grid's substation can be built only
# once it is open.
SITES = scenario(
    "sites",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1, "opening_cost_musd": 5}],
        "accelerators": [standing()],
        "fleet": [fleet(1000)],
        "halls": [
            {"site": "alpha", "hall": "a", "cooling": "air", "existing_mw": 9},
            {
                "site": "beta", "hall": "b", "cooling": "air", "module_mw": 1, "max_modules": 3,
                "lead_time_months": 6, "price_musd_per_mw": 10,
            },
        ],
        "power_sources": [
            {"site": "alpha", "power_source": "grid", "existing_mw": 9, "max_mw": 9, "energy_usd_per_mwh": 50},
            {
                "site": "beta", "power_source": "grid", "module_mw": 2, "max_mw": 6, "lead_time_months": 12,
                "price_musd_per_mw": 2, "energy_usd_per_mwh": 50,
            },
        ],
        "power_phases": [
            {
                "site": "beta", "power_source": "grid", "phase": "substation", "mw": 4, "lead_time_months": 12,
                "price_musd": 5,
            },
        ],
        "streams": [stream()],
    },
)  # fmt: skip

# work: floor and ceiling rise in 2026-09 (inside the second period), segments of 100 and 200 PFLOP/s;
# night: own speed on x1, a hard floor.
STREAMS = scenario(
    "streams",
    {
        "sites": [ALPHA],
        "accelerators": [standing(), standing("x2", bf16_dense_tflops=2000)],
        "fleet": [fleet(1000), fleet(500, "x2")],
        "streams": [
            stream(eligible="x1;x2", floor_pflops=60, ceiling_pflops=240, unserved_usd_per_pflops_month=10000),
            stream("night", floor_pflops=10),
        ],
        "stream_demand": [{"stream": "work", "from": "2026-09", "floor_pflops": 90, "ceiling_pflops": 360}],
        "stream_segments": [
            {"stream": "work", "up_to_pflops": 100, "musd_per_pflops_month": 0.02},
            {"stream": "work", "up_to_pflops": 300, "musd_per_pflops_month": 0.01},
        ],
        "stream_speeds": [{"stream": "night", "accelerator": "x1", "pflops_per_accelerator": 0.3}],
    },
)

# Slots of 3 months: `a` may start in three of them at two places and must run, `b` in one; nine tenths of x1 are
# healthy; the stream takes the rest. `c` stands over two sites, three quarters of its gang at alpha, at four fifths of
# the MFU; `old` runs on until 2026-06, inside the second slot.
DEMAND = scenario(
    "demand",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [standing(availability=0.9)],
        "fleet": [fleet(1000), fleet(200, site="beta")],
        "running": [{"running": "old", "site": "alpha", "accelerator": "x1", "n": 200, "until": "2026-06"}],
        "spans": [{"span": "both", "mfu_factor": 0.8}],
        "span_sites": [{"span": "both", "site": s, "share": share} for s, share in (("alpha", 0.75), ("beta", 0.25))],
        "leases": [
            {
                "lease": "cloud", "accelerator": "x1", "lot_size": 100, "max_lots": 4, "from": "2026-07",
                "until": "2026-07", "term_months": 6, "usd_per_accelerator_month": 2000,
            },
        ],
        "runs": [
            run("a", 300, earliest="2026-04", latest="2026-10", must_run="yes", sites="alpha;cloud"),
            run("b", 500, durations_months="3", flop_zflop=500 * 0.4 * 3 * 2.6298, sites="alpha"),
            run("c", 320, sites="both"),
        ],
        "streams": [stream(sites="alpha")],
    },
    calendar={"periods": [6, 6], "slot_months": 3},
)  # fmt: skip

# A small tier of 300 and a large one of 1000 accelerators; gangs of 200, 400 and 600 in one slot, beside 160 that run
# already. Small: two instances stand, a third can be had, with endpoints in blocks of 100; large: all to be built.
FABRIC = scenario(
    "fabric",
    {
        "sites": [ALPHA],
        "accelerators": [standing()],
        "fleet": [fleet(1500)],
        "fabrics": [
            {
                "site": "alpha", "fabric": "leaf", "max_gang": 300, "block_endpoints": 100, "existing_endpoints": 500,
                "max_instances": 3, "lead_time_months": 6, "price_usd_per_endpoint": 1000, "instance_price_musd": 0.5,
            },
            {
                "site": "alpha", "fabric": "spine", "max_gang": 1000, "block_endpoints": 500, "lead_time_months": 6,
                "price_usd_per_endpoint": 2000, "instance_price_musd": 1,
            },
        ],
        "running": [{"running": "old", "site": "alpha", "accelerator": "x1", "n": 160, "until": "2026-10"}],
        "runs": [run("s", 200), run("m", 400), run("l", 600)],
    },
)  # fmt: skip

FIXTURES: dict[str, Document] = {
    "resale": RESALE,
    "phases": PHASES,
    "links": LINKS,
    "fleet": FLEET,
    "supply": SUPPLY,
    "leases": LEASES,
    "halls": HALLS,
    "power": POWER,
    "sites": SITES,
    "streams": STREAMS,
    "demand": DEMAND,
    "fabric": FABRIC,
    "portfolio": PORTFOLIO,
    "teams": TEAMS,
    "replan": REPLAN,
    "budgets": BUDGETS,
    "finance": FINANCE,
}
