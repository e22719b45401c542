"""The tables of the portfolio: programmes and their accounts, levels of efficiency, ends of runs in progress."""

from __future__ import annotations

import math
from collections.abc import Iterable

from planner.export.facts import Facts
from planner.export.facts.reading import Reading
from planner.export.tables.table import Declared, Field, Row

TEXTS = ("status", "option", "way", "finish")
ACCOUNT = (
    "value_musd", "revenue_musd", "revenue_today_musd", "fees_today_musd", "compute_today_musd", "margin_today_musd",
    "break_even_musd",
)  # fmt: skip
PROGRAMME_FIELDS = (
    Field("programme", "id", "programme"),
    Field("team", "id", "who asks"),
    Field("status", "id", "`fulfilled` (in time), `late` or `refused`"),
    Field("option", "id", "option taken"),
    Field("way", "id", "run, merged run, leased, run in progress or licence"),
    Field("finish", "date", "month from which it is fulfilled"),
    Field("due", "date", "finish without loss of value"),
    Field("months_late", "integer", "months after `due`"),
    Field("value_musd", "musd", "value realised, undiscounted", total=True),
    Field("full_value_musd", "musd", "value if fulfilled in full and in time", total=True),
    Field("revenue_musd", "musd", "revenue realised, undiscounted; empty: unknown", total=True),
    Field("revenue_today_musd", "musd", "revenue realised, discounted", total=True),
    Field("fees_today_musd", "musd", "fees of its option and its levels of efficiency, discounted", total=True),
    Field("compute_today_musd", "musd", "compute at shadow prices, discounted; a merged run's by shares", total=True),
    Field("margin_today_musd", "musd", "revenue less fees and compute, discounted", total=True),
    Field("break_even_musd", "musd", "revenue in full that pays fees and compute; refused: of its cheapest option"),
)
LEVEL_FIELDS = (
    Field("programme", "id", "programme"),
    Field("level", "integer", "level of its ladder"),
    Field("flop_factor", "share", "compute left, of what its runs state"),
    Field("paid", "date", "month in which it is begun and paid"),
    Field("ready", "date", "first month in which a run can start with it"),
    Field("cost_musd", "musd", "cost, nominal", total=True),
)
END_FIELDS = (
    Field("running", "id", "run in progress"),
    Field("team", "id", "whose"),
    Field("status", "id", "`kept` to its end or `cancelled`"),
    Field("end", "date", "first month in which it is gone"),
    Field("n", "integer", "accelerators it holds until then"),
    Field("sunk_share", "share", "share of its months that is done by then; empty: its start is unknown"),
    Field("spent_musd", "musd", "spent before the horizon, not counted; empty: unknown", total=True),
    Field("fee_musd", "musd", "paid for cancelling", total=True),
    Field("value_musd", "musd", "value of its own at its end", total=True),
)


def _cell(r: Reading, name: str, i: int) -> float | None:
    values = r.array(name)
    value = math.nan if values is None else float(values[i])
    return None if math.isnan(value) else value


def _programmes(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    told = {name: r.array(f"programme_{name}") for name in TEXTS}
    rows = {row["programme"]: row for row in r.inputs.rows("programmes")}
    for i, name in enumerate(r.labels("programme")):
        texts = {key: str(values[i]) or None for key, values in told.items() if values is not None}
        yield {
            "programme": name, "team": rows[name]["team"], **texts, "due": rows[name]["due"],
            "months_late": int(_cell(r, "programme_months_late", i) or 0),
            **{key: _cell(r, f"programme_{key}", i) for key in ACCOUNT},
            "full_value_musd": float(rows[name]["value_musd"]),
        }  # fmt: skip


def _levels(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    rows = {f"{row['programme']}.{row['level']}": row for row in r.inputs.rows("efficiency")}
    for (level, ready), _ in r.entries("efficiency_ready"):
        row = rows[level]
        yield {
            **{name: row[name] for name in ("programme", "level", "flop_factor", "cost_musd")},
            "paid": r.month(r.case.calendar.month(ready) - row["lead_months"]), "ready": ready,
        }  # fmt: skip


def _ends(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    status, end = r.array("running_status"), r.array("running_end")
    terms = r.inputs.by_id("cancellable", "running")
    for i, held in enumerate(r.inputs.rows("running")):
        if held["running"] not in terms or status is None or end is None:
            continue
        row, kept = terms[held["running"]], str(status[i]) == "kept"
        yield {
            **{name: held[name] for name in ("running", "team", "n")}, "status": str(status[i]), "end": str(end[i]),
            "sunk_share": _cell(r, "running_sunk_share", i), "spent_musd": row["spent_musd"],
            "fee_musd": 0.0 if kept else row["fee_musd"], "value_musd": row["value_musd"] if kept else 0.0,
        }  # fmt: skip


PROGRAMMES = Declared("programmes", "Programmes", "Programmes: what fulfils them, and their accounts", PROGRAMME_FIELDS,
                      _programmes)  # fmt: skip
LEVELS = Declared("levels", "Efficiency", "Levels of efficiency that are invested in", LEVEL_FIELDS, _levels)
ENDS = Declared("ends", "Ends", "Runs in progress that may be cancelled", END_FIELDS, _ends)
