"""A plan by hand that follows another: an order cut for a fee, others kept or moved, runs held, moved and new.

Four periods of 6 months from January 2026; 300 x1 that stand at alpha, more in lots of 10 half a year after their
order, and a partner's cloud. Re-planned in March 2026, frozen until August. Nothing here uses the model or the check.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tests.results.plans_by_hand import Line, Maker, document

ZFLOP = 2.6298  # of 1 PFLOP/s in a month
ORDERS = ("accelerator.alpha.x1.2026-07", "accelerator.alpha.x1.2027-01", "accelerator.alpha.x1.2027-07",
          "lease.cloud.2027-01")  # fmt: skip


def replan_inputs() -> dict[str, Any]:
    """The resolved inputs of the plan."""
    settings = {
        "calendar": {"start": "2026-01", "periods": [6, 6, 6, 6], "slot_months": 6, "tail_months": 0},
        "finance": {"discount_rate": 0.1, "terminal_value": "none"},
    }
    x1 = {"accelerator": "x1", "bf16_dense_tflops": 1000.0, "cooling": "air", "lot_size": 10, "lead_time_months": 6}
    x1 |= {"life_months": 60, "price_usd": 30000.0}
    lease = {"lease": "cloud", "accelerator": "x1", "lot_size": 10, "max_lots": 4, "from": "2026-07", "term_months": 6}
    tables: dict[str, list[dict[str, Any]]] = {
        "accelerators": [x1],
        "sites": [{"site": "alpha", "pue": 1.1}],
        "fleet": [
            {"site": "alpha", "accelerator": "x1", "count": 300, "status": "existing", "in_service_from": "2025-01"}
        ],
        "leases": [lease | {"usd_per_accelerator_month": 2000.0}],
        "runs": [
            _run("held", 60, 3.0), _run("later", 40, 2.0), _run("refused", 10, 1.0), _run("new", 50, 1.0),
        ],
        "previous_plan": [{"plan": "last", "replanned": "2026-03", "frozen_until": "2026-08"}],
        "previous_orders": [
            _order("2026-07", 3) | {"cancellable_until": "2026-04", "cancel_fee_musd": 0.5},
            _order("2027-01", 1) | {"cancellable_until": "2026-02"},
            _order("2027-07", 2),
            {"what": "lease", "item": "cloud", "arrives": "2027-01", "count": 2},
        ],
        "previous_runs": [
            {"run": "held", "start": "2026-07", "site": "alpha", "accelerator": "x1"},
            {"run": "later", "start": "2027-01", "site": "alpha", "accelerator": "x1"},
            {"run": "refused"},
        ],
        "moving_prices": [
            {"what": "run", "musd": 0.3}, {"what": "accelerator", "musd": 0.2}, {"what": "lease", "musd": 0.1},
        ],
    }  # fmt: skip
    return document("replan_by_hand", settings, tables)


def _run(name: str, gang: int, value: float) -> dict[str, Any]:
    row = {"run": name, "flop_zflop": gang * 0.4 * 6 * ZFLOP, "mfu": 0.4, "goodput": 1.0, "eligible": ["x1"]}
    row |= {"durations_months": [6], "earliest": "2026-07", "latest": "2027-07", "due": "2028-01"}
    return row | {"value_musd": value}


def _order(arrives: str, count: int) -> dict[str, Any]:
    return {"what": "accelerator", "item": "x1", "site": "alpha", "arrives": arrives, "count": count}


HELD, LATER_EARLY, LATER_AS_WAS, LATER, REFUSED, NEW_EARLY, NEW, HELD_LATER = range(8)


def replan_plan() -> xr.Dataset:
    """One of three lots cancelled, one kept, two more than before; a lot rented less; `later` and `refused` moved."""
    labels: dict[str, list[Any]] = {
        "site": ["alpha", "cloud"], "accelerator": ["x1"], "lease": ["cloud"], "fiscal_year": [2026, 2027],
        "previous_order": list(ORDERS), "ordered_item": ["accelerator.alpha.x1", "lease.cloud"],
    }  # fmt: skip
    m = Maker(replan_inputs(), [6, 6, 6, 6], 0, labels)
    m.data = m.data.assign_coords(signature=("signature", m.labels["period"]))
    m.labels["signature"] = m.labels["period"]
    gsp, own, cloud = ("accelerator", "site", "period"), ("x1", "alpha"), ("x1", "cloud")
    m.put("order", gsp, {own: [0, 2, 1, 4]})
    m.put("delivered", gsp, {own: [0, 20, 10, 40]})
    m.put("in_service", gsp, {own: [300, 320, 330, 370], cloud: [0, 0, 10, 0]})
    m.put("online", gsp, {own: [300, 320, 330, 370], cloud: [0, 0, 10, 0]})
    m.put("stranded_accelerators", gsp, {})
    m.put("lease_signed", ("lease", "period"), {"cloud": [0, 0, 1, 0]})
    m.put("lease_rented", ("lease", "signature", "period"), {("cloud", m.labels["period"][2]): [0, 0, 10, 0]})
    m.put("taken", gsp, {own: [0, 60, 50, 40], cloud: [0, 0, 10, 0]})
    m.put("utilisation", gsp, {own: [0, 60 / 320, 50 / 330, 40 / 370], cloud: [0, 0, 1, 0]})
    departures = {"accelerator.alpha.x1": [0, 0, 0, 2], "lease.cloud": [0, 0, 1, 0]}
    m.put("order_departure", ("ordered_item", "period"), departures)
    m.data["order_cancelled"] = ("previous_order", [1.0, 0.0, 0.0, 0.0])
    rows = [  # run, place, first month, gang, value, chosen
        ("held", "alpha", 6, 60, 3.0, 1), ("later", "alpha", 6, 40, 2.0, 0), ("later", "alpha", 12, 40, 2.0, 0),
        ("later", "alpha", 18, 40, 2.0, 1), ("refused", "cloud", 12, 10, 1.0, 1), ("new", "alpha", 6, 50, 1.0, 0),
        ("new", "alpha", 12, 50, 1.0, 1), ("held", "alpha", 12, 60, 3.0, 0),
    ]  # fmt: skip
    m.candidates([(run, "x1", place, at, 6, n, value, chosen) for run, place, at, n, value, chosen in rows])
    m.runs(
        {
            "held": ("started", "2026-07", "2027-01", "alpha", "x1", 60, 0, 3.0),
            "later": ("started", "2027-07", "2028-01", "alpha", "x1", 40, 0, 2.0),
            "refused": ("started", "2027-01", "2027-07", "cloud", "x1", 10, 0, 1.0),
            "new": ("started", "2027-01", "2027-07", "alpha", "x1", 50, 0, 1.0),
        }
    )
    m.data["run_moved"] = ("run", np.array([0.0, 1.0, 1.0, 0.0]))
    return m.money(replan_lines(), ["alpha", "cloud"], 0.0)


def replan_lines() -> list[Line]:
    """The ledger: kind, part, where, month, M$."""
    return [
        ("capex", "compute", "alpha", 0, 2 * 10 * 0.03),
        ("capex", "compute", "alpha", 6, 10 * 0.03),
        ("capex", "compute", "alpha", 12, 4 * 10 * 0.03),
        ("opex", "lease", "cloud", 12, 10 * 6 * 0.002),
        ("fee", "cancelled_order", "accelerator.alpha.x1", 2, 0.5),
        ("fee", "moved_order", "accelerator.alpha.x1", 2, 2 * 0.2),
        ("fee", "moved_order", "lease.cloud", 2, 0.1),
        ("fee", "moved_run", "later", 2, 0.3),
        ("fee", "moved_run", "refused", 2, 0.3),
        ("value", "run", "held", 12, 3.0),
        ("value", "run", "later", 24, 2.0),
        ("value", "run", "refused", 18, 1.0),
        ("value", "run", "new", 18, 1.0),
    ]
