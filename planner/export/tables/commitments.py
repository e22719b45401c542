"""What became of the plan before: of its orders and starts what is kept, cancelled or moved, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable

from planner.data.replan import Dates, item_label, order_label, previous_orders, previous_starts, read_dates
from planner.export.facts import Facts
from planner.export.facts.reading import Reading, whole
from planner.export.tables.table import Declared, Field, Row
from planner.model.rooms.replan import DECIDED

FIELDS = (
    Field("what", "id", "what was ordered, or `run`"),
    Field("item", "id", "as the plan's results name it; a run's name"),
    Field("zone", "id", "`frozen` (ordered or started in the frozen zone) or `later`"),
    Field("date", "date", "arrival, or start of the run, in the plan before; new: in this one; empty: it was refused"),
    Field("before", "number", "lots, modules, blocks or MW in the plan before; runs: 1 if it started"),
    Field("now", "number", "how many of them in this plan at that date; runs: 1 if it stands as before"),
    Field("cancelled", "number", "cancelled for a fee"),
    Field("fee_musd", "musd", "paid for cancelling, nominal", total=True),
    Field("moved", "number", "more or less than before, where departing has a price; runs: 1 if it moved"),
    Field("moving_musd", "musd", "paid for departing, nominal", total=True),
)


def ordered_now(r: Reading) -> dict[tuple[str, int], float]:
    """What a plan orders, by item and period of arrival."""
    found = {}
    for what, name in DECIDED.items():
        for (*names, t), count in r.entries(name):
            found[".".join([what, *reversed(names)]), t] = count  # types stand before sites
    return found


def _rows(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    dates = read_dates(r.inputs, r.case.calendar)
    if dates is None:
        return []
    return [*_orders(r, dates), *_runs(r, dates)]


def _orders(r: Reading, dates: Dates) -> Iterable[Row]:
    """The orders of the plan before, then what is ordered besides at a price."""
    calendar, price = r.case.calendar, {row["what"]: row["musd"] for row in r.inputs.rows("moving_prices")}
    now, moved = ordered_now(r), dict(r.entries("order_departure"))
    cancelled = {label: count for (label,), count in r.entries("order_cancelled")}
    at = {period.start: t for t, period in enumerate(calendar.periods)}
    before = {}
    for order, row in zip(previous_orders(r.inputs, calendar, dates), r.inputs.rows("previous_orders"), strict=True):
        key = item_label(row), at[order.arrives]
        before[key] = order
        cut, more = cancelled.get(order_label(row), 0.0), moved.get(key, 0.0)
        yield {
            "what": order.what, "item": order.item, "zone": "frozen" if order.placed < dates.frozen else "later",
            "date": row["arrives"], "before": whole(order.count), "now": whole(now.get(key, 0.0)),
            "cancelled": whole(cut), "fee_musd": cut * (order.fee_musd or 0.0),
            "moved": whole(more), "moving_musd": more * price.get(order.what, 0.0),
        }  # fmt: skip
    for (item, t), more in moved.items():
        if (item, t) not in before:
            what = item.partition(".")[0]
            yield {
                "what": what, "item": item, "zone": "later", "date": r.month(calendar.periods[t].start), "before": 0,
                "now": whole(now.get((item, t), 0.0)), "cancelled": 0, "fee_musd": 0.0,
                "moved": whole(more), "moving_musd": more * price[what],
            }  # fmt: skip


def _runs(r: Reading, dates: Dates) -> Iterable[Row]:
    price = next((row["musd"] for row in r.inputs.rows("moving_prices") if row["what"] == "run"), 0.0)
    moved = {run: share for (run,), share in r.entries("run_moved")}
    for was, row in zip(previous_starts(r.inputs, r.case.calendar), r.inputs.rows("previous_runs"), strict=True):
        gone = moved.get(was.run, 0.0)
        frozen = was.start is not None and was.start < dates.frozen
        yield {
            "what": "run", "item": was.run, "zone": "frozen" if frozen else "later", "date": row["start"],
            "before": int(was.start is not None), "now": 0 if was.start is None else whole(1.0 - gone), "cancelled": 0,
            "fee_musd": 0.0, "moved": whole(gone), "moving_musd": gone * price,
        }  # fmt: skip


COMMITMENTS = Declared("commitments", "Plan before", "The plan before: what is kept, cancelled, moved", FIELDS, _rows)
