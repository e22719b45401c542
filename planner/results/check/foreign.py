"""What this check knows of money, and what it cannot derive: the lines that rooms unknown to it have written."""

from __future__ import annotations

import json
from typing import Any

import xarray as xr

from planner.results.check.equations import EQUATIONS

CAPEX_PARTS = ("compute", "hall", "power", "network")
OPEX_PARTS = ("energy", "running", "lease", "rent", "placement", "traffic")
PARTS = {
    "capex": CAPEX_PARTS,
    "opex": OPEX_PARTS,
    "penalty": ("supply", "halls", "power_sources", "unserved", "budget"),
    "fee": ("option", "efficiency", "cancellation", "cancelled_order", "moved_order", "moved_run"),
    "value": ("run", "stream", "programme", "running"),
    "resale": ("compute",),
    "terminal": CAPEX_PARTS,
}
ROOMS = frozenset({
    "resale", "fleet", "supply", "leases", "retrofits", "halls", "phases", "power", "sites", "streams", "demand",
    "spans", "links", "placement", "fabric", "portfolio", "teams", "replan", "budgets", "finance",
})  # fmt: skip


def unknown_equations(data: xr.Dataset) -> list[str]:
    """Equations of the plan's model that this check does not know."""
    return [number for number in _stated(data, "equations") if number not in EQUATIONS]


def unknown_rooms(data: xr.Dataset) -> list[str]:
    """Rooms of the plan's model that this check does not know."""
    return [name for name in _stated(data, "rooms") if name not in ROOMS]


def unknown_parts(data: xr.Dataset, kind: str) -> list[str]:
    """Parts of a kind of money that come from unknown rooms; none where the check knows the whole model."""
    if "line" not in data.sizes or not (unknown_equations(data) or unknown_rooms(data)):
        return []
    lines = zip(data["line_kind"].values.tolist(), data["line_part"].values.tolist(), strict=True)
    return sorted({str(part) for k, part in lines if k == kind and part not in PARTS.get(kind, ())})


def _stated(data: xr.Dataset, name: str) -> list[Any]:
    return list(json.loads(str(data.attrs.get(name, "[]"))))
