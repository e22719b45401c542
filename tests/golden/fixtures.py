"""One scenario per room, as small as makes every equation of the room non-empty.

Three periods of 6, 6 and 12 months in slots of 6 months unless said; the first starts in 2026-01 (month 0).
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def _document(name: str, tables: dict[str, Any], **settings: dict[str, Any]) -> Document:
    calendar = {"start": "2026-01", "periods": [6, 6, 12], "slot_months": 6, "tail_months": 0}
    finance = {"discount_rate": 0.1, "average_draw": 0.8, "terminal_value": "none"}
    return {
        "format": 1,
        "name": f"golden_{name}",
        "calendar": calendar | settings.get("calendar", {}),
        "finance": finance | settings.get("finance", {}),
        "power": settings.get("power", {}),
        "solve": {"gap": 0, "threads": 1},
        "tables": tables,
    }


def _type(name: str = "x1", **cells: Any) -> dict[str, Any]:
    """A type of 1 PFLOP/s and 1 kW in lots of 100, ordered 6 months ahead at 30,000 USD."""
    return {
        "accelerator": name, "bf16_dense_tflops": 1000, "provisioned_kw": 1, "cooling": "air", "lot_size": 100,
        "lead_time_months": 6, "life_months": 60, "price_usd": 30000, **cells,
    }  # fmt: skip


def _standing(name: str = "x1", **cells: Any) -> dict[str, Any]:
    """A type that cannot be ordered."""
    kept = {key: v for key, v in _type(name).items() if key not in ("lead_time_months", "life_months", "price_usd")}
    return {**kept, "orderable": "no", **cells}


def _fleet(count: int, accelerator: str = "x1", site: str = "alpha") -> dict[str, Any]:
    return {
        "site": site, "accelerator": accelerator, "count": count, "status": "existing", "in_service_from": "2025-01",
    }  # fmt: skip


def _stream(name: str = "work", eligible: str = "x1", **cells: Any) -> dict[str, Any]:
    """A stream that gets 0.4 PFLOP/s from an accelerator of 1 PFLOP/s."""
    return {"stream": name, "mfu": 0.4, "eligible": eligible, **cells}


def _run(name: str, gang: int, **cells: Any) -> dict[str, Any]:
    """A run that needs `gang` accelerators of 1 PFLOP/s at MFU 0.4 for six months."""
    return {
        "run": name, "flop_zflop": gang * 0.4 * 6 * 2.6298, "mfu": 0.4, "goodput": 1, "durations_months": "6",
        "eligible": "x1", "earliest": "2026-07", "due": "2027-01", "latest": "2026-07", "value_musd": 100, **cells,
    }  # fmt: skip


ALPHA = {"site": "alpha", "pue": 1.25}

# x1: 500 stand until 2026-09 (out of the second period: under half of it), 200 arrive in 2026-10 (in: half of it),
# and what arrives in 2026-07 with a life of 12 months is in service for half of the last period; both can be sold;
# x2 takes 2 months to bring up.
FLEET = _document(
    "fleet",
    {
        "sites": [ALPHA],
        "accelerators": [_type(life_months=12), _type("x2", lead_time_months=4, bring_up_months=2)],
        "fleet": [
            _fleet(500) | {"retires": "2026-09"},
            _fleet(200) | {"status": "committed", "in_service_from": "2026-10"},
        ],
        "resale": [{"accelerator": "x1", "age_months": 0, "price_usd": 9000}],
        "streams": [_stream(eligible="x1;x2")],
    },
    power={"basis": "installed"},
)

# x1 by arrival at two sites, from 2026-03, more from 2026-11, with 200 committed; x2 by order date.
SUPPLY = _document(
    "supply",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [_type(), _type("x2", lead_time_months=4, bring_up_months=2)],
        "fleet": [_fleet(200) | {"status": "committed", "in_service_from": "2026-10"}],
        "supply": [
            {"accelerator": "x1", "from": "2026-03", "per_month": 50},
            {"accelerator": "x1", "from": "2026-11", "per_month": 70},
            {"accelerator": "x2", "from": "2026-02", "per_month": 30, "basis": "order"},
        ],
        "streams": [_stream(eligible="x1;x2")],
        "priced_limits": [{"limit": "supply", "price_usd": 5000}],
    },
)

# cloud: signatures of 2 to 5 lots for 12 months, handed over in 8 months; partner: 3 lots signed three months
# before the horizon for 14 months, handed over in 12, and one more to be had at any time.
LEASES = _document(
    "leases",
    {
        "accelerators": [_standing()],
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
        "streams": [_stream()],
    },
)  # fmt: skip

# Types that need air, liquid and either; air and liquid halls can be built, one that cools either stands. A tent
# stands for 9 months: in its second period, not in the last. MW go from the air hall to the liquid one, back after
# 3 months: in the period after.
HALLS = _document(
    "halls",
    {
        "sites": [ALPHA],
        "accelerators": [
            _type(provisioned_kw=1.0),
            _type("x2", provisioned_kw=2.0, cooling="liquid"),
            _standing("x3", provisioned_kw=0.5, cooling="either"),
        ],
        "fleet": [_fleet(100, "x3")],
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
        "streams": [_stream(eligible="x1;x2;x3")],
        "priced_limits": [{"limit": "halls", "price_usd": 100000}],
    },
)  # fmt: skip

# A grid that can be extended by two modules of 3 MW to 7 MW, a gas plant that cannot but for a second block of 2 MW;
# the limit has a price.
POWER = _document(
    "power",
    {
        "sites": [ALPHA],
        "accelerators": [_standing()],
        "fleet": [_fleet(1000)],
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
        "streams": [_stream()],
        "priced_limits": [{"limit": "power_sources", "price_usd": 90000}],
    },
)  # fmt: skip

# beta is closed: its hall (3 modules), its grid (6 MW in modules of 2 MW) and the grid's substation can be built only
# once it is open.
SITES = _document(
    "sites",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1, "opening_cost_musd": 5}],
        "accelerators": [_standing()],
        "fleet": [_fleet(1000)],
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
        "streams": [_stream()],
    },
)  # fmt: skip

# work: floor and ceiling rise in 2026-09 (inside the second period), segments of 100 and 200 PFLOP/s;
# night: own speed on x1, a hard floor.
STREAMS = _document(
    "streams",
    {
        "sites": [ALPHA],
        "accelerators": [_standing(), _standing("x2", bf16_dense_tflops=2000)],
        "fleet": [_fleet(1000), _fleet(500, "x2")],
        "streams": [
            _stream(eligible="x1;x2", floor_pflops=60, ceiling_pflops=240, unserved_usd_per_pflops_month=10000),
            _stream("night", floor_pflops=10),
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
DEMAND = _document(
    "demand",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [_standing(availability=0.9)],
        "fleet": [_fleet(1000), _fleet(200, site="beta")],
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
            _run("a", 300, earliest="2026-04", latest="2026-10", must_run="yes", sites="alpha;cloud"),
            _run("b", 500, durations_months="3", flop_zflop=500 * 0.4 * 3 * 2.6298, sites="alpha"),
            _run("c", 320, sites="both"),
        ],
        "streams": [_stream(sites="alpha")],
    },
    calendar={"periods": [6, 6], "slot_months": 3},
)  # fmt: skip

# A small tier of 300 and a large one of 1000 accelerators; gangs of 200, 400 and 600 in one slot, beside 160 that run
# already. Small: two instances stand, a third can be had, with endpoints in blocks of 100; large: all to be built.
FABRIC = _document(
    "fabric",
    {
        "sites": [ALPHA],
        "accelerators": [_standing()],
        "fleet": [_fleet(1500)],
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
        "runs": [_run("s", 200), _run("m", 400), _run("l", 600)],
    },
)  # fmt: skip

# Fiscal years from April: 2026 has the first three months, 2027 twelve, 2028 the tail. `all` carries half over,
# pulls a fifth forward and may be overrun at a price; `hall` and `opex` are plain.
BUDGETS = _document(
    "budgets",
    {
        "sites": [ALPHA],
        "accelerators": [_type(lead_time_months=3)],
        "halls": [
            {
                "site": "alpha", "hall": "a", "cooling": "air", "module_mw": 1, "existing_mw": 1, "max_modules": 3,
                "lead_time_months": 3, "price_musd_per_mw": 10,
            },
        ],
        "cash_profiles": [
            {"item": "x1", "event": "order", "share": 0.25},
            {"item": "x1", "event": "delivery", "offset_months": 1, "share": 0.75},
        ],
        "opex": [{"item": "x1", "usd_per_year": 1200}],
        "streams": [_stream()],
        "budgets": [
            {
                "fiscal_year": 2026, "category": "all", "budget_musd": 9, "carry_over_share": 0.5,
                "pull_forward_share": 0.2, "overrun_price_musd": 2,
            },
            {
                "fiscal_year": 2027, "category": "all", "budget_musd": 48, "carry_over_share": 0.5,
                "pull_forward_share": 0.2, "overrun_price_musd": 2,
            },
            {"fiscal_year": 2026, "category": "hall", "budget_musd": 6},
            {"fiscal_year": 2026, "category": "opex", "budget_musd": 1},
        ],
    },
    calendar={"periods": [3, 6, 6], "tail_months": 3, "slot_months": 3, "fiscal_year_starts": 4},
)  # fmt: skip

# Two periods and one of everything that costs or earns: every kind and part of money the rooms declare.
FINANCE = _document(
    "finance",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [_type(life_months=12)],
        "fleet": [
            _fleet(100) | {"status": "committed", "in_service_from": "2026-07", "due_musd": 3, "due_date": "2026-04"},
        ],
        "resale": [
            {"accelerator": "x1", "age_months": 0, "price_usd": 20000},
            {"accelerator": "x1", "age_months": 1, "price_usd": 15000},
        ],
        "halls": [
            {
                "site": "alpha", "hall": "a", "cooling": "air", "module_mw": 1, "max_modules": 1,
                "lead_time_months": 6, "price_musd_per_mw": 10,
            },
            {
                "site": "alpha", "hall": "let", "cooling": "air", "kind": "leased", "rent_usd_per_kw_month": 100,
                "existing_mw": 1, "module_mw": 2, "max_modules": 1, "lead_time_months": 3, "price_musd_per_mw": 1,
            },
        ],
        "retrofits": [{"site": "alpha", "from_hall": "let", "to_hall": "a", "musd_per_mw": 2, "outage_months": 6}],
        "power_phases": [
            {
                "site": "alpha", "power_source": "grid", "phase": "second", "mw": 1, "lead_time_months": 3,
                "price_musd": 5,
            },
        ],
        "links": [
            {
                "link": "ab", "site_a": "alpha", "site_b": "beta", "fixed_charge_musd": 4,
                "flow_cost_musd_per_tbps": 0.5,
            },
        ],
        "link_modules": [
            {"link": "ab", "module": "wave", "tbps": 10, "max_modules": 1, "lead_time_months": 6, "price_musd": 3},
        ],
        "traffic": [{"from_site": "alpha", "to_site": "beta", "from": "2026-07", "tbps": 1}],
        "power_sources": [
            {
                "site": "alpha", "power_source": "grid", "existing_mw": 1, "module_mw": 1, "max_mw": 2,
                "lead_time_months": 6, "price_musd_per_mw": 2, "energy_usd_per_mwh": 50,
            },
        ],
        "fabrics": [
            {
                "site": "alpha", "fabric": "leaf", "max_gang": 300, "block_endpoints": 100, "lead_time_months": 6,
                "price_usd_per_endpoint": 1000, "instance_price_musd": 0.5,
            },
        ],
        "leases": [
            {
                "lease": "cloud", "accelerator": "x1", "lot_size": 100, "max_lots": 1, "from": "2026-07",
                "term_months": 8, "usd_per_accelerator_month": 2000, "take_or_pay_share": 0.5,
            },
        ],
        "supply": [{"accelerator": "x1", "from": "2026-01", "per_month": 10}],
        "runs": [_run("a", 200, sites="alpha", due="2026-11", value_loss_per_month=0.1)],
        "streams": [_stream(sites="cloud", floor_pflops=20, unserved_usd_per_pflops_month=9000)],
        "stream_segments": [{"stream": "work", "up_to_pflops": 30, "musd_per_pflops_month": 0.01}],
        "placement": [
            {"load": "a", "site": "alpha", "usd_per_accelerator_month": 10},
            {"load": "work", "site": "cloud", "usd_per_pflops_month": 20},
        ],
        "prices": [{"item": "x1", "date": "2026-01", "price": 28000}],
        "cash_profiles": [
            {"item": "x1", "event": "order", "share": 0.2},
            {"item": "x1", "event": "delivery", "offset_months": 3, "share": 0.8},
        ],
        "opex": [
            {"item": "x1", "usd_per_year": 1200}, {"item": "grid", "usd_per_year": 6000},
            {"item": "let", "usd_per_year": 2400}, {"item": "ab.wave", "usd_per_year": 60000},
        ],
        "priced_limits": [
            {"limit": "supply", "price_usd": 5000},
            {"limit": "halls", "price_usd": 100000},
            {"limit": "power_sources", "price_usd": 90000},
        ],
        "budgets": [{"fiscal_year": 2026, "category": "all", "budget_musd": 9, "overrun_price_musd": 2}],
    },
    calendar={"periods": [6, 6]},
    finance={"terminal_value": "decay"},
)  # fmt: skip

# Three cohorts, two of a type that can be sold: one is there from the start and retires in the last period, one comes
# in the second; the price of its age is 12,000 USD until two years, then 8,000.
RESALE = _document(
    "resale",
    {
        "sites": [ALPHA],
        "accelerators": [_standing(), _standing("x2")],
        "fleet": [
            _fleet(500) | {"retires": "2027-04"},
            _fleet(300, "x2"),
            _fleet(200) | {"status": "committed", "in_service_from": "2026-06"},
        ],
        "resale": [
            {"accelerator": "x1", "age_months": 12, "price_usd": 12000},
            {"accelerator": "x1", "age_months": 24, "price_usd": 8000},
        ],
        "streams": [_stream(eligible="x1;x2")],
    },
)

# Two modules of one source; the second comes later.
PHASES = _document(
    "phases",
    {
        "sites": [ALPHA],
        "accelerators": [_standing()],
        "fleet": [_fleet(1000)],
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
        "streams": [_stream()],
    },
)  # fmt: skip

# Three sites in a row and one aside: alpha - beta (shared, two kinds of modules, a fixed charge), beta - gamma (each
# way for itself), alpha - gamma (stands). Traffic from alpha to gamma rises in 2026-09; from gamma it starts in 2027;
# a stream at home in beta asks for traffic to alpha; `c` stands at alpha and gamma.
LINKS = _document(
    "links",
    {
        "sites": [ALPHA, *({"site": name, "pue": 1.1} for name in ("beta", "gamma"))],
        "accelerators": [_standing()],
        "fleet": [_fleet(500), _fleet(400, site="gamma")],
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
        "runs": [_run("c", 400, sites="ends")],
        "streams": [_stream(home_site="beta", tbps_per_pflops_away=0.02)],
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
    "budgets": BUDGETS,
    "finance": FINANCE,
}
