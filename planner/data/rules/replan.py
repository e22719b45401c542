"""Rules on what a scenario says of a previous plan."""

from __future__ import annotations

from collections.abc import Iterator

from planner.core.declare import Finding
from planner.core.inputs import Inputs
from planner.core.months import month_number
from planner.core.rules import nearest
from planner.data.calendar import build_calendar
from planner.data.horizon import LEADS, read_horizon
from planner.data.replan import ORDERED
from planner.data.rules.scenario import scenario_rule

_CALENDAR = ("calendar", "finance", *LEADS)
_AFTER = ("previous_orders", "previous_runs", "moving_prices")


@scenario_rule("one_previous_plan", "a scenario follows one previous plan at most", "previous_plan", *_AFTER)
def one_previous_plan(inputs: Inputs) -> Iterator[Finding]:
    rows = inputs.rows("previous_plan")
    for i, row in enumerate(rows[1:], 1):
        yield Finding(i, "previous_plan.plan", "is the second one: a scenario follows one plan", row["plan"])
    for table in _AFTER if not rows else ():
        if inputs.rows(table):
            column = {"previous_orders": "what", "previous_runs": "run", "moving_prices": "what"}[table]
            yield Finding(0, f"{table}.{column}", "needs the plan's dates in previous_plan")


@scenario_rule("replanned_in_horizon", "the date of re-planning lies inside the horizon", "previous_plan", *_CALENDAR)
def replanned_in_horizon(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    for i, row in enumerate(inputs.rows("previous_plan")):
        if not horizon.start <= month_number(row["replanned"]) < horizon.model_end:
            yield Finding(i, "previous_plan.replanned", "must lie inside the horizon", row["replanned"])


@scenario_rule("previous_order_names", "a previous order names what the scenario has", "previous_orders",
               *(kind.table for kind in ORDERED.values()))  # fmt: skip
def previous_order_names(inputs: Inputs) -> Iterator[Finding]:
    for i, row in enumerate(inputs.rows("previous_orders")):
        kind = ORDERED[row["what"]]
        wrong = [cell for cell in ("site", "part_of") if (cell in kind.cells) != (row[cell] is not None)]
        for cell in wrong:
            message = (
                f"is needed to name what is ordered of {row['what']}"
                if cell in kind.cells
                else f"must be empty: {row['what']} has none"
            )
            yield Finding(i, f"previous_orders.{cell}", message, row[cell])
        known = {".".join(given[key] for key in kind.keys) for given in inputs.rows(kind.table)}
        name = kind.row_name(row)
        if not wrong and name not in known:
            yield Finding(i, "previous_orders.item", f"is none of {kind.table}", name, nearest(name, known))


@scenario_rule("previous_order_whole", "only MW are no whole number", "previous_orders")
def previous_order_whole(inputs: Inputs) -> Iterator[Finding]:
    for i, row in enumerate(inputs.rows("previous_orders")):
        if ORDERED[row["what"]].whole and row["count"] % 1:
            yield Finding(i, "previous_orders.count", f"must be whole: {row['what']} has no parts", row["count"])


@scenario_rule(
    "previous_order_on_calendar",
    "a previous order arrives at the start of a period of which the plan before says something",
    "previous_orders",
    "previous_plan",
    *_CALENDAR,
)
def previous_order_on_calendar(inputs: Inputs) -> Iterator[Finding]:
    calendar = build_calendar(inputs)
    starts = {period.start for period in calendar.periods}
    ends = [row["known_until"] for row in inputs.rows("previous_plan") if row["known_until"] is not None]
    for i, row in enumerate(inputs.rows("previous_orders")):
        if calendar.month(row["arrives"]) not in starts:
            message = "is no period's first month: what arrives before the horizon belongs in `fleet`"
            yield Finding(i, "previous_orders.arrives", message, row["arrives"])
        elif any(row["arrives"] >= end for end in ends):
            yield Finding(i, "previous_orders.arrives", f"must lie before known_until {ends[0]}", row["arrives"])


@scenario_rule(
    "previous_start_whole", "a previous start has date, site and type, inside the horizon", "previous_runs", *_CALENDAR
)
def previous_start_whole(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    for i, row in enumerate(inputs.rows("previous_runs")):
        given = [row[column] is not None for column in ("start", "site", "accelerator")]
        if any(given) and not all(given):
            message = "give start, site and accelerator, or none of them: the run was refused"
            yield Finding(i, "previous_runs.start", message, row["start"])
        elif row["start"] is not None and not horizon.start <= month_number(row["start"]) < horizon.model_end:
            message = "must lie inside the horizon: what started before it belongs in `running`"
            yield Finding(i, "previous_runs.start", message, row["start"])
