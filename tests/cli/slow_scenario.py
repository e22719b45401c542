"""A scenario that takes a solver minutes to prove, while a first plan is found at once."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

SITES = ("north", "south", "west")


def slow_scenario(folder: Path, runs: int = 60, seed: int = 7) -> Path:
    """Write the scenario `slow` into a folder: runs that compete for three sites over two years of months."""
    rng = random.Random(seed)
    why = {"assumption": "made up for a test"}
    document: dict[str, Any] = {
        "format": 1,
        "name": "slow",
        "title": "Sixty runs on three sites",
        "calendar": {"start": "2026-01", "periods": "24x1", "tail_months": 0},
        "finance": {"terminal_value": "none"},
        "solve": {"gap": 0, "threads": 1},
        "tables": {
            "teams": [{"team": "research", **why}],
            "accelerators": [
                {
                    "accelerator": name,
                    "bf16_dense_tflops": peak,
                    "memory_gb": 80,
                    "provisioned_kw": 1.0,
                    "cooling": "air",
                    "lot_size": 64,
                    "lead_time_months": 3,
                    "life_months": 60,
                    "price_usd": price,
                    **why,
                }
                for name, peak, price in (("x1", 400, 12_000), ("x2", 1000, 30_000))
            ],
            "sites": [{"site": site, "pue": 1.2, **why} for site in SITES],
            "fleet": [
                {
                    "site": site,
                    "accelerator": "x1",
                    "count": 2048,
                    "status": "existing",
                    "in_service_from": "2025-01",
                    **why,
                }
                for site in SITES
            ],
            "budgets": [
                {"fiscal_year": year, "category": "all", "budget_musd": 40, "carry_over_share": 0.5, **why}
                for year in (2026, 2027)
            ],
            "runs": [_run(rng, number) | why for number in range(runs)],
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(json.dumps(document))  # JSON is YAML
    return folder


def _run(rng: random.Random, number: int) -> dict[str, Any]:
    start, window = rng.randrange(0, 16), rng.randrange(2, 8)
    return {
        "run": f"r{number}",
        "team": "research",
        "flop_zflop": rng.uniform(200, 1500),
        "mfu": 0.4,
        "goodput": 0.9,
        "durations_months": [2, 3, 4],
        "eligible": ["x1", "x2"],
        "earliest": _month(start),
        "due": _month(start + 4),
        "latest": _month(start + window),
        "value_musd": rng.uniform(1, 12),
        "value_loss_per_month": 0.05,
    }


def _month(number: int) -> str:
    return f"{2026 + number // 12}-{number % 12 + 1:02d}"
