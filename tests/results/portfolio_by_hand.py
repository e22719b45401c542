"""A plan by hand of a portfolio: programmes by a run, a merged run, a run in progress and a licence; one is cancelled.

Two periods of 6 months from January 2026 in slots of 3 months; 300 x1 that stand at alpha. Nothing here uses the model
or the check.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from tests.results.plans_by_hand import Line, Maker, document

ZFLOP = 2.6298  # of 1 PFLOP/s in a month
PROGRAMMES = ("chat", "code", "maps", "video", "news", "wiki")
LEVELS = ("chat.1", "chat.2")
SLOTS = ("2026-01", "2026-04", "2026-07", "2026-10")
NAN = math.nan


def portfolio_inputs() -> dict[str, Any]:
    """The resolved inputs of the plan."""
    settings = {
        "calendar": {"start": "2026-01", "periods": [6, 6], "slot_months": 3, "tail_months": 0},
        "finance": {"discount_rate": 0.1, "terminal_value": "none"},
    }
    x1 = {"accelerator": "x1", "bf16_dense_tflops": 1000.0, "cooling": "air", "lot_size": 10, "orderable": False}
    fleet = {"site": "alpha", "accelerator": "x1", "count": 300, "status": "existing", "in_service_from": "2025-01"}
    tables: dict[str, list[dict[str, Any]]] = {
        "accelerators": [x1],
        "sites": [{"site": "alpha", "pue": 1.1}],
        "fleet": [fleet],
        "runs": [
            _run("base", 60, 3, "2026-01", "2026-01") | {"value_musd": 3.0},
            _run("own", 100, 6, "2026-07", "2026-07"),
            _run("both", 50, 3, "2026-04", "2026-07"),
            _run("solo", 30, 3, "2026-04", "2026-04"),
        ],
        "running": [
            {"running": name, "site": "alpha", "accelerator": "x1", "n": n, "until": until}
            for name, n, until in (
                ("steady", 40, "2026-04"), ("old", 80, "2027-01"), ("other", 20, "2026-10"), ("third", 10, "2026-10"),
            )
        ],
    }  # fmt: skip
    return document("portfolio_by_hand", settings, tables | _portfolio())


def _run(name: str, gang: int, months: int, earliest: str, latest: str) -> dict[str, Any]:
    row = {"run": name, "flop_zflop": gang * 0.4 * months * ZFLOP, "mfu": 0.4, "goodput": 1.0, "eligible": ["x1"]}
    row |= {"durations_months": [months], "earliest": earliest, "latest": latest, "due": "2027-01", "value_musd": 0.0}
    return row


def _portfolio() -> dict[str, list[dict[str, Any]]]:
    programmes = [
        {
            "value_musd": 40.0,
            "revenue_musd": 30.0,
            "counts_revenue": True,
            "due": "2026-11",
            "value_loss_per_month": 0.05,
        },
        {"value_musd": 10.0, "revenue_musd": 7.0, "due": "2026-06", "value_loss_per_month": 0.1},
        {"value_musd": 6.0, "due": "2026-12"},
        {"value_musd": 12.0, "due": "2026-01", "value_loss_per_month": 0.1, "must_fulfil": True},
        {"value_musd": 5.0, "due": "2027-01"},
        {"value_musd": 1.0, "due": "2027-01"},
    ]
    options = [
        ("chat", "own", "own", 1.0, 0.0, None), ("code", "both", "both", 0.9, 0.0, None),
        ("code", "solo", "solo", 1.0, 0.0, None), ("maps", "both", "both", 1.0, 0.5, None),
        ("video", "bought", None, 0.5, 2.0, "2026-04"), ("news", "other", "other", 0.8, 0.0, None),
        ("wiki", "bought", None, 1.0, 9.0, None),
    ]  # fmt: skip
    names = ("programme", "option", "run", "share", "fee_musd", "from")
    return {
        "programmes": [{"programme": p} | row for p, row in zip(PROGRAMMES, programmes, strict=True)],
        "programme_options": [dict(zip(names, row, strict=True)) for row in options],
        "efficiency": [
            {"programme": "chat", "level": 1, "flop_factor": 0.75, "cost_musd": 1.5, "lead_months": 3},
            {"programme": "chat", "level": 2, "flop_factor": 0.5, "cost_musd": 2.5, "lead_months": 6},
        ],
        "precedence": [{"run": "own", "after": "base", "lag_months": 3}, {"run": "both", "after": "base"}],
        "cancellable": [
            {"running": "old", "fee_musd": 2.0, "value_musd": 5.0, "started": "2025-01", "spent_musd": 7.0},
            {"running": "other", "fee_musd": 1.0, "started": "2025-10"},
            {"running": "third", "from": "2026-07", "fee_musd": 1.0, "value_musd": 4.0},
        ],
    }


def portfolio_plan() -> xr.Dataset:
    """`own` at the second level after `base`, `both` for two programmes, a licence, `old` cancelled half-way."""
    labels = {"site": ["alpha"], "accelerator": ["x1"], "fiscal_year": [2026], "slot": list(SLOTS)}
    labels |= {"level": list(LEVELS), "programme": list(PROGRAMMES)}
    labels["option"] = [f"{r['programme']}.{r['option']}" for r in _portfolio()["programme_options"]]
    labels["running"] = ["steady", "old", "other", "third"]
    m = Maker(portfolio_inputs(), [6, 6], 0, labels)
    gsp, key = ("accelerator", "site", "period"), ("x1", "alpha")
    m.put("delivered", gsp, {})
    m.put("in_service", gsp, {key: [300, 300]})
    m.put("online", gsp, {key: [300, 300]})
    m.put("stranded_accelerators", gsp, {})
    # halves of the first period: steady, base; both; of the second: other, third
    taken = [80 + 20 + 10 + (40 + 60 + 50) / 2, 50 + (20 + 10) / 2]
    m.put("taken", gsp, {key: taken})
    m.put("utilisation", gsp, {key: [units / 300 for units in taken]})
    m.put("efficiency_ready", ("level", "slot"), {level: [0, 0, 1, 0] for level in LEVELS})
    m.data["licensed"] = ("option", [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    _put_candidates(m)
    _put_fates(m)
    return m.money(portfolio_lines(), ["alpha"], 0.0)


def _put_candidates(m: Maker) -> None:
    rows = [  # run, first month, months, gang, value, chosen, level
        ("base", 0, 3, 60, 3.0, 1, 0), ("own", 6, 6, 100, 0.0, 0, 0), ("both", 3, 3, 50, 0.0, 1, 0),
        ("both", 6, 3, 50, 0.0, 0, 0), ("solo", 3, 3, 30, 0.0, 0, 0),
        ("own", 6, 6, 80, 0.0, 0, 1), ("own", 6, 6, 50, 0.0, 1, 2),
        ("old", 0, 0, 80, 0.0, 0, 0), ("old", 0, 6, 80, 0.0, 1, 0), ("old", 0, 12, 80, 0.0, 0, 0),
        ("other", 0, 0, 20, 0.0, 0, 0), ("other", 0, 6, 20, 0.0, 0, 0), ("other", 0, 9, 20, 0.0, 1, 0),
        ("third", 0, 6, 10, 0.0, 0, 0), ("third", 0, 9, 10, 0.0, 1, 0),
    ]  # fmt: skip
    m.candidates([(run, "x1", "alpha", *rest) for run, *rest, _ in rows])  # type: ignore[misc]
    m.data = m.data.assign_coords(candidate_level=("candidate", [row[-1] for row in rows]))
    m.runs(
        {
            "base": ("started", "2026-01", "2026-04", "alpha", "x1", 60, 0, 3.0),
            "own": ("started", "2026-07", "2027-01", "alpha", "x1", 50, 0, 0.0),
            "both": ("started", "2026-04", "2026-07", "alpha", "x1", 50, 0, 0.0),
            "solo": ("refused", "", "", "", "", 0, 0, 0.0),
        }
    )


def _put_fates(m: Maker) -> None:
    columns: dict[str, list[Any]] = {
        "status": ["late", "late", "fulfilled", "late", "fulfilled", "refused"],
        "option": ["own", "both", "both", "bought", "other", ""],
        "way": ["run", "merged run", "merged run", "licence", "run in progress", ""],
        "finish": ["2027-01", "2026-07", "2026-07", "2026-04", "2026-10", ""],
        "months_late": [2.0, 1.0, 0.0, 3.0, 0.0, 0.0],
        "value_musd": [40 * 0.95**2, 10 * 0.9 * 0.9, 6.0, 12 * 0.5 * 0.9**3, 4.0, 0.0],
        "revenue_musd": [30 * 0.95**2, 7 * 0.9 * 0.9, NAN, NAN, NAN, 0.0],
    }
    for name, values in columns.items():
        m.data[f"programme_{name}"] = ("programme", np.array(values, dtype=object if name in TEXTS else float))
    m.data["running_status"] = ("running", np.array(["kept", "cancelled", "kept", "kept"], dtype=object))
    m.data["running_end"] = ("running", np.array(["2026-04", "2026-07", "2026-10", "2026-10"], dtype=object))
    m.data["running_sunk_share"] = ("running", np.array([NAN, 18 / 24, 1.0, NAN]))


TEXTS = ("status", "option", "way", "finish")


def portfolio_lines() -> list[Line]:
    """The ledger: kind, part, where, month, M$."""
    return [
        ("value", "run", "base", 3, 3.0),
        # chat counts its revenue, two months late; code one month; the licence three
        ("value", "programme", "chat", 12, 30 * 0.95**2),
        ("value", "programme", "code", 6, 10 * 0.9 * 0.9),
        ("value", "programme", "maps", 6, 6.0),
        ("value", "programme", "video", 3, 12 * 0.5 * 0.9**3),
        ("value", "programme", "news", 9, 4.0),
        ("value", "running", "third", 9, 4.0),
        ("fee", "option", "maps", 3, 0.5),
        ("fee", "option", "video", 3, 2.0),
        ("fee", "cancellation", "old", 6, 2.0),
        ("fee", "efficiency", "chat", 0, 2.5),
        ("fee", "efficiency", "chat", 3, 1.5),
    ]
