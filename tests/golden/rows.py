"""Rows of the golden fixtures, with what most of them share filled in."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def scenario(name: str, tables: dict[str, Any], **settings: dict[str, Any]) -> Document:
    calendar = {"start": "2026-01", "periods": [6, 6, 12], "slot_months": 6, "tail_months": 0}
    finance = {"discount_rate": 0.1, "average_draw": 0.8, "terminal_value": "none"}
    return {
        "format": 1,
        "name": f"golden_{name}",
        "calendar": calendar | settings.get("calendar", {}),
        "finance": finance | settings.get("finance", {}),
        "power": settings.get("power", {}),
        "sharing": settings.get("sharing", {}),
        "solve": {"gap": 0, "threads": 1},
        "tables": tables,
    }


def kind(name: str = "x1", **cells: Any) -> dict[str, Any]:
    """A type of 1 PFLOP/s and 1 kW in lots of 100, ordered 6 months ahead at 30,000 USD."""
    return {
        "accelerator": name, "bf16_dense_tflops": 1000, "provisioned_kw": 1, "cooling": "air", "lot_size": 100,
        "lead_time_months": 6, "life_months": 60, "price_usd": 30000, **cells,
    }  # fmt: skip


def standing(name: str = "x1", **cells: Any) -> dict[str, Any]:
    """A type that cannot be ordered."""
    kept = {key: v for key, v in kind(name).items() if key not in ("lead_time_months", "life_months", "price_usd")}
    return {**kept, "orderable": "no", **cells}


def fleet(count: int, accelerator: str = "x1", site: str = "alpha") -> dict[str, Any]:
    return {
        "site": site, "accelerator": accelerator, "count": count, "status": "existing", "in_service_from": "2025-01",
    }  # fmt: skip


def stream(name: str = "work", eligible: str = "x1", **cells: Any) -> dict[str, Any]:
    """A stream that gets 0.4 PFLOP/s from an accelerator of 1 PFLOP/s."""
    return {"stream": name, "mfu": 0.4, "eligible": eligible, **cells}


def run(name: str, gang: int, **cells: Any) -> dict[str, Any]:
    """A run that needs `gang` accelerators of 1 PFLOP/s at MFU 0.4 for six months."""
    return {
        "run": name, "flop_zflop": gang * 0.4 * 6 * 2.6298, "mfu": 0.4, "goodput": 1, "durations_months": "6",
        "eligible": "x1", "earliest": "2026-07", "due": "2027-01", "latest": "2026-07", "value_musd": 100, **cells,
    }  # fmt: skip


ALPHA = {"site": "alpha", "pue": 1.25}
