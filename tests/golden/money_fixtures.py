"""The golden fixtures of what is counted in money: budgets and the objective."""

from __future__ import annotations

from tests.golden.rows import ALPHA, fleet, kind, run, scenario, stream

# Fiscal years from April: 2026 has the first three months, 2027 twelve, 2028 the tail. `all` carries half over,
# pulls a fifth forward and may be overrun at a price; `hall` and `opex` are plain.
BUDGETS = scenario(
    "budgets",
    {
        "sites": [ALPHA],
        "accelerators": [kind(lead_time_months=3)],
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
        "streams": [stream()],
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
FINANCE = scenario(
    "finance",
    {
        "sites": [ALPHA, {"site": "beta", "pue": 1.1}],
        "accelerators": [kind(life_months=12)],
        "fleet": [
            fleet(50),
            fleet(100) | {"status": "committed", "in_service_from": "2026-07", "due_musd": 3, "due_date": "2026-04"},
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
        "runs": [
            run("a", 200, sites="alpha", due="2026-11", value_loss_per_month=0.1),
            run("c", 200, sites="alpha", value_musd=0),
        ],
        "streams": [stream(sites="cloud", floor_pflops=20, unserved_usd_per_pflops_month=9000)],
        "stream_segments": [{"stream": "work", "up_to_pflops": 30, "musd_per_pflops_month": 0.01}],
        "running": [{"running": "old", "site": "alpha", "accelerator": "x1", "n": 50, "until": "2027-01"}],
        "cancellable": [{"running": "old", "from": "2026-07", "fee_musd": 1, "value_musd": 20}],
        "programmes": [
            {"programme": "chat", "value_musd": 100, "revenue_musd": 80, "counts_revenue": "yes", "due": "2026-11",
             "value_loss_per_month": 0.1},
        ],
        "programme_options": [
            {"programme": "chat", "option": "own", "run": "c", "fee_musd": 2},
            {"programme": "chat", "option": "bought", "share": 0.5, "fee_musd": 30, "from": "2026-12"},
        ],
        "efficiency": [{"programme": "chat", "level": 1, "flop_factor": 0.5, "cost_musd": 3, "lead_months": 2}],
        "previous_plan": [{"plan": "last", "replanned": "2026-03", "frozen_until": "2026-04"}],
        "previous_orders": [
            {"what": "hall", "item": "a", "site": "alpha", "arrives": "2026-07", "count": 1,
             "cancellable_until": "2026-06", "cancel_fee_musd": 2},
            {"what": "lease", "item": "cloud", "arrives": "2026-07", "count": 1},
        ],
        "previous_runs": [{"run": "a", "start": "2026-07", "site": "alpha", "accelerator": "x1"}, {"run": "c"}],
        "moving_prices": [{"what": "run", "musd": 4}, {"what": "lease", "musd": 0.1}],
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
