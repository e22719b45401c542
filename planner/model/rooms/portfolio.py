"""Portfolio: programmes and the options that fulfil them, ladders of efficiency, precedence, cancelling of runs.

A programme is a need; an option fulfils it: a run (as specified or smaller; listed under several programmes it is a
merged run, at a partner's it is a run whose `sites` are a lease), a run in progress, or a licence (a fee, no compute).
No option: the programme is refused. A programme's value takes the place of that of the runs that fulfil it.

Sets: programme p, option o of p, run r, candidate c of a run with its level, level e of a programme's ladder, slot h;
run in progress x that may be cancelled: a candidate for each month in which it can end, the last of them `kept`.

Decisions
    licensed[o]        the licence is taken, at its date                              [0/1]
    ready[e,h]         level e is ready for starts from slot h on, paid its lead earlier  [0/1]

started[o] = sum of start[c] over the candidates of the option's run (of one in progress: kept), or licensed[o]

    (G1) sum of started over the options of a programme <= 1                          [-]
    (G2) sum of started over the options of a programme that must be fulfilled >= 1   [-]
    (G3) r after q: sum of start over r's candidates that start by h
         <= sum of start over q's candidates that finish lag or more before h         [-]
    (G4) sum of start over candidates at level e, of all runs of the programme, that start by h
         <= sum of ready[e,v] over v <= h                                             [-]
    (G5) sum of ready[e,v] over v <= h <= sum of ready[e-1,v] over v <= h             [-]
    (G6) sum of start over the ends of a run in progress = 1                          [-]

Compute of a run at level e: flop_factor[e] * its own; each level has its own candidates.
Money: value (or revenue, as the programme says) * share of the option * (1 - value_loss_per_month)^(whole months late),
at the finish or the licence's date (value `programme`); an option's fee at the start or the licence's date (fee
`option`); a level's cost its lead before it is ready (fee `efficiency`); a run in progress that is kept (value
`running`) or cancelled (fee `cancellation`, at its end). Fees are in no budget. What was spent before is only reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.core.rules import concave, differ, needed_when, not_later
from planner.data.derive import Case
from planner.data.portfolio import candidates_of, licence_month, read_ladders, realised_share
from planner.model.workspace import Line, Term, Workspace, index_set, linear

PROGRAMMES = Table(
    "programmes",
    "Needs, each fulfilled by at most one of its options.",
    ("programme",),
    (
        Column("programme", "id", "name"),
        Column("title", "text", "name to show", "", None),
        Column("team", "id", "who asks", "", None, refers=("teams",)),
        Column("value_musd", "number", "value if fulfilled in full by `due`", "M$", low=0),
        Column("revenue_musd", "number", "revenue if fulfilled in full by `due`; empty: unknown", "M$", None, low=0),
        Column("counts_revenue", "flag", "whether the objective counts the revenue instead of the value", "", False),
        Column("due", "date", "finish without loss of value"),
        Column(
            "value_loss_per_month", "number", "share of its value lost each month late", "1/month", 0.0, low=0, high=1
        ),
        Column("must_fulfil", "flag", "whether some option has to be taken", "", False),
    ),
    rules=(needed_when("revenue_musd", "counts_revenue"),),
)
OPTIONS = Table(
    "programme_options",
    "Ways to fulfil a programme: a run of its own, merged with others' or at a partner's, or a licence.",
    ("programme", "option"),
    (
        Column("programme", "id", "programme", refers=("programmes",)),
        Column("option", "id", "name"),
        Column(
            "run", "id", "run, or run in progress; under several programmes: merged; empty: a licence", "", None,
            refers=("runs", "cancellable"),
        ),
        Column("share", "number", "share of the programme's value it realises", "", 1.0, low=0, high=1, low_open=True),
        Column("fee_musd", "number", "paid at the run's start or the licence's date", "M$", 0.0, low=0),
        Column("from", "date", "of a licence: when it is taken; empty: the horizon's start", "", None),
    ),
)  # fmt: skip
EFFICIENCY = Table(
    "efficiency",
    "Ladder of investments that make a programme's runs need less compute; each level stands on those below it.",
    ("programme", "level"),
    (
        Column("programme", "id", "programme", refers=("programmes",)),
        Column("level", "integer", "1, 2, ... in order", low=1),
        Column("flop_factor", "number", "compute left, of what a run states", "", low=0, high=1, low_open=True),
        Column("cost_musd", "number", "cost on top of the level below, paid when it is begun", "M$", low=0),
        Column("lead_months", "integer", "from the payment to the first start with it", "months", low=0),
    ),
    rules=(concave("programme", "level", "flop_factor"),),
)
PRECEDENCE = Table(
    "precedence",
    "Runs that need another one done: they start after its finish, and only if it is done.",
    ("run", "after"),
    (
        Column("run", "id", "run that waits", refers=("runs",)),
        Column("after", "id", "run, or run in progress, it waits for", refers=("runs", "cancellable")),
        Column("lag_months", "integer", "from that finish to the start, at least", "months", 0, low=0),
    ),
    rules=(differ("run", "after"),),
)
CANCELLABLE = Table(
    "cancellable",
    "Runs in progress that may be cancelled at the start of a period: their gang is free from then on.",
    ("running",),
    (
        Column("running", "id", "run in progress", refers=("running",)),
        Column("from", "date", "first month in which it may be cancelled; empty: at once", "", None),
        Column("until", "date", "last month in which it may be cancelled; empty: until it ends", "", None),
        Column("fee_musd", "number", "paid if it is cancelled", "M$", 0.0, low=0),
        Column("value_musd", "number", "value at its end, lost if it is cancelled", "M$", 0.0, low=0),
        Column("started", "date", "its first month: says what share of it is done; not counted", "", None),
        Column("spent_musd", "number", "spent before the horizon: sunk, reported and not counted", "M$", None, low=0),
    ),
    rules=(not_later("from", "until"),),
)
MUST = Limit("programme that must be fulfilled", 1000)
EQUATIONS = (
    Equation("G1", "fulfilled_at_most_once", "a programme is fulfilled at most once", "-", ("programme",)),
    Equation("G2", "must_be_fulfilled", "a programme that must be fulfilled is", "-", ("programme",), MUST),
    Equation("G3", "run_waits_for_another", "a run starts after the one it waits for", "-", ("run", "after", "slot")),
    Equation("G4", "level_ready_before_start", "a level is ready before runs use it", "-", ("level", "slot")),
    Equation("G5", "level_below_ready_first", "a level stands on the one below", "-", ("level", "slot")),
    Equation("G6", "run_in_progress_ends_once", "a run in progress ends once", "-", ("running",)),
)
OUTPUTS = (
    Output("licensed", "licensed", ("option",), "1", "licence taken"),
    Output("efficiency_ready", "ready", ("level", "slot"), "1", "level of efficiency ready from this slot on"),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the portfolio's block; nothing where the scenario has none of its tables."""
    start = m.need("start")
    done = candidates_of(d.inputs, d.calendar, d.placements)
    if d.inputs.has("programmes"):
        _programmes(b, d, start, {r: [c for c, finish in found if finish is not None] for r, found in done.items()})
    if d.inputs.rows("efficiency"):
        _efficiency(b, d, start)
    if d.inputs.has("precedence"):
        _precedence(b, d, start, done)
    ends = {row["running"]: [c for c, _ in done[row["running"]]] for row in d.inputs.rows("cancellable")}
    if ends:
        b.run_in_progress_ends_once = pyo.Constraint(
            list(ends), rule=lambda b, x: linear([(1.0, start[c]) for c in ends[x]]) == 1, doc="(G6)"
        )


def ready_rows(d: Case) -> dict[str, list[int]]:
    """The slots from which each level may be ready: those in which a run of the programme can start with any level."""
    ladders, slots = read_ladders(d.inputs), defaultdict(set)
    of_run = _ladder_of_run(d)
    for r, e, h in zip(*(d.placements[k].tolist() for k in ("run", "level", "first_slot")), strict=True):
        if e:
            slots[of_run[r]].add(h)
    return {
        level.name: [h for h in sorted(slots[p]) if d.calendar.slots[h].start >= level.earliest]
        for p, levels in ladders.items()
        for level in levels
    }


def _ladder_of_run(d: Case) -> dict[str, str]:
    """The programme whose ladder a run climbs, where it has one."""
    climbed = {row["programme"] for row in d.inputs.rows("efficiency")}
    rows = d.inputs.rows("programme_options")
    return {row["run"]: row["programme"] for row in rows if row["run"] is not None and row["programme"] in climbed}


def _programmes(b: Any, d: Case, start: Any, done: Mapping[str, list[int]]) -> None:
    rows = d.inputs.rows("programme_options")
    b.licensed = pyo.Var(
        index_set([_name(row) for row in rows if row["run"] is None], 1), domain=pyo.Binary, doc="licence taken"
    )
    terms: dict[str, list[Term]] = {row["programme"]: [] for row in d.inputs.rows("programmes")}
    for row in rows:
        taken = [b.licensed[_name(row)]] if row["run"] is None else [start[c] for c in done[row["run"]]]
        terms[row["programme"]] += [(1.0, v) for v in taken]
    must = [row["programme"] for row in d.inputs.rows("programmes") if row["must_fulfil"]]
    b.fulfilled_at_most_once = pyo.Constraint(
        [p for p, found in terms.items() if found], rule=lambda b, p: linear(terms[p]) <= 1, doc="(G1)"
    )
    b.must_be_fulfilled = pyo.Constraint(must, rule=lambda b, p: linear(terms[p]) >= 1, doc="(G2)")


def _name(option: Row) -> str:
    return f"{option['programme']}.{option['option']}"


def _efficiency(b: Any, d: Case, start: Any) -> None:
    rows, of_run = ready_rows(d), _ladder_of_run(d)
    b.READY = index_set([(e, h) for e, slots in rows.items() for h in slots], 2)
    b.ready = pyo.Var(b.READY, domain=pyo.Binary, doc="level ready")
    using: dict[str, list[tuple[int, int]]] = defaultdict(list)
    columns = (d.placements[k].tolist() for k in ("run", "level", "first_slot"))
    for c, (r, e, h) in enumerate(zip(*columns, strict=True)):
        if e:
            using[f"{of_run[r]}.{e}"].append((h, c))
    below = {
        level.name: f"{p}.{level.number - 1}" for p, levels in read_ladders(d.inputs).items() for level in levels[1:]
    }

    def ready(b: Any, e: str, h: int) -> Any:
        return linear([(1.0, b.ready[e, v]) for v in rows[e] if v <= h])

    b.level_ready_before_start = pyo.Constraint(
        [(e, h) for e, found in using.items() for h in sorted({at for at, _ in found})],
        rule=lambda b, e, h: linear([(1.0, start[c]) for at, c in using[e] if at <= h]) <= ready(b, e, h),
        doc="(G4)",
    )
    b.level_below_ready_first = pyo.Constraint(
        [(e, h) for e in below for h in rows[e]],
        rule=lambda b, e, h: ready(b, e, h) <= ready(b, below[e], h),
        doc="(G5)",
    )


def _precedence(b: Any, d: Case, start: Any, done: Mapping[str, list[tuple[int, int | None]]]) -> None:
    first, slots = d.placements["first_slot"].tolist(), d.calendar.slots
    lag = {(row["run"], row["after"]): row["lag_months"] for row in d.inputs.rows("precedence")}

    def before(r: str, q: str, h: int) -> list[int]:
        return [c for c, finish in done[q] if finish is not None and finish + lag[r, q] <= slots[h].start]

    rows: dict[tuple[str, str, tuple[int, ...]], int] = {}
    for r, q in lag:
        for h in sorted({first[c] for c, _ in done[r]}):
            rows[r, q, tuple(before(r, q, h))] = h  # of slots that differ in r's starts alone the last says it all
    b.run_waits_for_another = pyo.Constraint(
        [(r, q, h) for (r, q, _), h in rows.items()],
        rule=lambda b, r, q, h: (
            linear([(1.0, start[c]) for c, _ in done[r] if first[c] <= h])
            <= linear([(1.0, start[c]) for c in before(r, q, h)])
        ),
        doc="(G3)",
    )


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what programmes and runs in progress are worth, and the fees."""
    start, done = m.need("start"), candidates_of(d.inputs, d.calendar, d.placements)
    begins, ends = (d.placements[name].tolist() for name in ("start", "finish"))
    programmes = d.inputs.by_id("programmes", "programme")
    for row in d.inputs.rows("programme_options"):
        p = row["programme"]
        counted = programmes[p]["revenue_musd" if programmes[p]["counts_revenue"] else "value_musd"]
        date = licence_month(row, d.calendar)
        ways = [(date, date, b.licensed[_name(row)])] if row["run"] is None else [
            (begins[c], finish, start[c]) for c, finish in done[row["run"]] if finish is not None
        ]  # fmt: skip
        for begin, finish, taken in ways:
            worth = counted * realised_share(row, programmes[p], d.calendar, finish)
            m.ledger.add(Line("value", "programme", p, finish), worth, taken)
            m.ledger.add(Line("fee", "option", p, begin), row["fee_musd"], taken)
    slots = ready_rows(d) if d.inputs.rows("efficiency") else {}
    for row in d.inputs.rows("efficiency"):
        e = f"{row['programme']}.{row['level']}"
        for h in slots[e]:
            paid = d.calendar.slots[h].start - row["lead_months"]
            m.ledger.add(Line("fee", "efficiency", row["programme"], paid), row["cost_musd"], b.ready[e, h])
    for row in d.inputs.rows("cancellable"):
        for c, until in done[row["running"]]:
            if until is None:
                m.ledger.add(Line("fee", "cancellation", row["running"], ends[c]), row["fee_musd"], start[c])
            else:
                m.ledger.add(Line("value", "running", row["running"], until), row["value_musd"], start[c])


ROOM = Room(
    name="portfolio",
    build=build,
    account=account,
    needs=("start",),
    money=(
        ("value", "programme"),
        ("value", "running"),
        ("fee", "option"),
        ("fee", "efficiency"),
        ("fee", "cancellation"),
    ),
    inputs=(PROGRAMMES, OPTIONS, EFFICIENCY, PRECEDENCE, CANCELLABLE),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"licensed": "site", "ready": "site"},
)
