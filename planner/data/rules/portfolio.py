"""Rules on programmes, ladders, precedence and runs in progress that may be cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from planner.core.declare import Finding
from planner.core.inputs import Inputs
from planner.core.months import month_number
from planner.data.calendar import build_calendar
from planner.data.horizon import LEADS, read_horizon
from planner.data.rules.scenario import scenario_rule

_OPTIONS = ("programmes", "programme_options")
_CALENDAR = ("calendar", "finance", *LEADS)


@scenario_rule("programme_without_option", "a programme has an option", *_OPTIONS)
def programme_without_option(inputs: Inputs) -> Iterator[Finding]:
    named = {row["programme"] for row in inputs.rows("programme_options")}
    for i, row in enumerate(inputs.rows("programmes")):
        if row["programme"] not in named:
            yield Finding(i, "programmes.programme", "has no option in programme_options", row["programme"])


@scenario_rule("option_repeated", "a run is one option of a programme", *_OPTIONS)
def option_repeated(inputs: Inputs) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for i, row in enumerate(inputs.rows("programme_options")):
        if row["run"] is not None and (row["programme"], row["run"]) in seen:
            yield Finding(i, "programme_options.run", f"is an option of {row['programme']} already", row["run"])
        seen.add((row["programme"], str(row["run"])))


@scenario_rule(
    "option_date_of_licence", "only a licence has a date of its own, inside the horizon", *_OPTIONS, *_CALENDAR
)
def option_date_of_licence(inputs: Inputs) -> Iterator[Finding]:
    end = read_horizon(inputs).model_end
    for i, row in enumerate(inputs.rows("programme_options")):
        if row["from"] is not None and row["run"] is not None:
            yield Finding(
                i, "programme_options.from", f"is for licences: {row['run']} starts when it starts", row["from"]
            )
        elif row["from"] is not None and month_number(row["from"]) >= end:
            yield Finding(i, "programme_options.from", "must lie inside the horizon", row["from"])


@scenario_rule("value_counted_once", "a run of a programme has no value of its own", *_OPTIONS, "runs", "cancellable")
def value_counted_once(inputs: Inputs) -> Iterator[Finding]:
    programme_of = {row["run"]: row["programme"] for row in inputs.rows("programme_options")}
    for table, key in (("runs", "run"), ("cancellable", "running")):
        for i, row in enumerate(inputs.rows(table)):
            if row[key] in programme_of and row["value_musd"] > 0:
                message = f"must be 0: it fulfils {programme_of[row[key]]}, whose value is counted"
                yield Finding(i, f"{table}.value_musd", message, row["value_musd"])


@scenario_rule(
    "levels_in_order", "levels of a ladder are 1, 2, ..., and there is a run to climb it", *_OPTIONS, "efficiency"
)
def levels_in_order(inputs: Inputs) -> Iterator[Finding]:
    runs = {row["run"] for row in inputs.rows("runs")}
    able = {row["programme"] for row in inputs.rows("programme_options") if row["run"] in runs}
    stated: dict[str, set[int]] = defaultdict(set)
    for row in inputs.rows("efficiency"):
        stated[row["programme"]].add(row["level"])
    for i, row in enumerate(inputs.rows("efficiency")):
        if row["level"] > 1 and row["level"] - 1 not in stated[row["programme"]]:
            yield Finding(i, "efficiency.level", f"stands on level {row['level'] - 1}, which is missing", row["level"])
        if row["programme"] not in able:
            yield Finding(i, "efficiency.programme", "has no run among its options that could use it", row["programme"])


@scenario_rule("one_ladder_a_run", "a run climbs the ladder of one programme", *_OPTIONS, "efficiency", "runs")
def one_ladder_a_run(inputs: Inputs) -> Iterator[Finding]:
    climbed = {row["programme"] for row in inputs.rows("efficiency")}
    ladder_of: dict[str, str] = {}
    for i, row in enumerate(inputs.rows("programme_options")):
        if row["run"] is not None and row["programme"] in climbed:
            other = ladder_of.setdefault(row["run"], row["programme"])
            if other != row["programme"]:
                message = f"is an option of {other} too, and both have levels of efficiency"
                yield Finding(i, "programme_options.run", message, row["run"])


@scenario_rule("precedence_cycle", "no run waits for itself", "precedence")
def precedence_cycle(inputs: Inputs) -> Iterator[Finding]:
    waits: dict[str, set[str]] = defaultdict(set)
    for i, row in enumerate(inputs.rows("precedence")):
        reached, front = set[str](), {row["after"]}
        while front:
            reached |= front
            front = {q for r in front for q in waits[r]} - reached
        if row["run"] in reached and row["run"] != row["after"]:
            yield Finding(i, "precedence.after", f"waits for {row['run']} itself", row["after"])
        waits[row["run"]].add(row["after"])


@scenario_rule(
    "cancelled_never",
    "some period starts in which a run in progress may be cancelled",
    "cancellable",
    "running",
    *_CALENDAR,
)
def cancelled_never(inputs: Inputs) -> Iterator[Finding]:
    calendar, running = build_calendar(inputs), inputs.by_id("running", "running")
    for i, row in enumerate(inputs.rows("cancellable")):
        until = calendar.month(running[row["running"]]["until"])
        first = 0 if row["from"] is None else calendar.month(row["from"])
        last = until - 1 if row["until"] is None else min(until - 1, calendar.month(row["until"]))
        if until > 0 and not any(first <= period.start <= last for period in calendar.periods):
            message = "can never be cancelled: no period starts between its dates, before it ends"
            yield Finding(i, "cancellable.running", message, row["running"])


@scenario_rule("started_before_horizon", "a run in progress has started", "cancellable", "running", *_CALENDAR)
def started_before_horizon(inputs: Inputs) -> Iterator[Finding]:
    start = read_horizon(inputs).start
    for i, row in enumerate(inputs.rows("cancellable")):
        if row["started"] is not None and month_number(row["started"]) >= start:
            yield Finding(i, "cancellable.started", "must lie before the horizon's start", row["started"])
