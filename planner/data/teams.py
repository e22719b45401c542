"""Teams: the tree of groups and teams, what each is entitled to, whose each request is, and what is asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from planner.core.declare import Row
from planner.core.inputs import Inputs
from planner.core.units import PFLOP_PER_ZFLOP, SECONDS_PER_MONTH, TFLOPS_PER_PFLOPS
from planner.data.calendar import Calendar
from planner.data.sizing import run_flop_zflop


@dataclass(frozen=True)
class Tree:
    """Groups and teams. `asking` are those without members: they alone ask for something.

    `members` gives the asking teams below each (itself, if it asks), `share` what each is entitled to of the whole,
    `weight` how much each asking team counts (1 on average).
    """

    parent: dict[str, str | None]
    asking: tuple[str, ...]
    members: dict[str, tuple[str, ...]]
    share: dict[str, float]
    weight: dict[str, float]

    @property
    def unassigned(self) -> float:
        """The share of the whole that no team is entitled to."""
        return max(0.0, 1.0 - sum(self.share[k] for k in self.asking))


def read_tree(inputs: Inputs) -> Tree:
    """The tree of the table `teams`.

    A team's part of its parent is its `share`, or what stated shares leave, divided by weight among the others.
    """
    rows = {row["team"]: row for row in inputs.rows("teams")}
    below: dict[str | None, list[str]] = defaultdict(list)
    for k, row in rows.items():
        below[row["parent"]].append(k)
    share: dict[str | None, float] = {None: 1.0}
    weight: dict[str | None, float] = {None: 1.0}
    order: list[str] = []
    open_: list[str | None] = [None]
    while open_:
        k = open_.pop(0)
        found = below.get(k, [])
        stated = sum(rows[c]["share"] or 0.0 for c in found)
        free = [c for c in found if rows[c]["share"] is None]
        for c in found:
            part = rows[c]["weight"] / sum(rows[x]["weight"] for x in found)
            weight[c] = weight[k] * part
            own = rows[c]["share"]
            rest = max(0.0, 1.0 - stated) * rows[c]["weight"] / sum(rows[x]["weight"] for x in free) if free else 0.0
            share[c] = share[k] * (rest if own is None else own)
        order += found
        open_ += found
    asking = tuple(k for k in rows if k not in below)
    members: dict[str, tuple[str, ...]] = {}
    for k in reversed(order):
        mine = tuple(x for c in below.get(k, ()) for x in members[c])
        members[k] = mine or (k,)
    return Tree(
        {k: row["parent"] for k, row in rows.items()},
        asking,
        {k: members[k] for k in rows},
        {k: share[k] for k in rows},
        {k: weight[k] * len(asking) for k in asking},
    )


def teams_of_runs(inputs: Inputs) -> dict[str, str]:
    """The team of each run and run in progress: its own, else that of all programmes it is an option of."""
    programmes = {row["programme"]: row["team"] for row in inputs.rows("programmes")}
    asked: dict[str, set[str | None]] = defaultdict(set)
    for row in inputs.rows("programme_options"):
        if row["run"] is not None:
            asked[row["run"]].add(programmes[row["programme"]])
    found: dict[str, str] = {}
    for table, key in (("runs", "run"), ("running", "running")):
        for row in inputs.rows(table):
            single = next(iter(asked[row[key]])) if len(asked[row[key]]) == 1 else None
            if (team := row["team"] or single) is not None:
                found[row[key]] = team
    return found


def team_of_value(inputs: Inputs) -> dict[tuple[str, str], str]:
    """(part, where) of the ledger's lines of value: whose they are."""
    found = {}
    for table, part, key in (
        ("runs", "run", "run"), ("streams", "stream", "stream"), ("programmes", "programme", "programme"),
        ("running", "running", "running"),
    ):  # fmt: skip
        for row in inputs.rows(table):
            if row["team"] is not None:
                found[part, row[key]] = row["team"]
    return found


def reference_pflops(row: Row) -> float:
    """PFLOP/s of an accelerator in the unit in which types are added up: its dense peak in bf16, or 1."""
    return float(row["bf16_dense_tflops"] or TFLOPS_PER_PFLOPS) / TFLOPS_PER_PFLOPS


def value_on_time(inputs: Inputs, calendar: Calendar) -> dict[str, float]:
    """Discounted M$ of all that each asking team asks for, served by its due date and in full.

    Of a programme what the objective counts: its value or its revenue.
    """
    tree = read_tree(inputs)
    found = dict.fromkeys(tree.asking, 0.0)

    def add(team: str | None, musd: float, month: float) -> None:
        if team in found:
            found[team] += musd * calendar.discount(month)

    for row in inputs.rows("runs"):
        add(row["team"], row["value_musd"], calendar.month(row["due"]))
    for row in inputs.rows("programmes"):
        counted = row["revenue_musd" if row["counts_revenue"] else "value_musd"]
        add(row["team"], counted, calendar.month(row["due"]))
    ends = inputs.by_id("running", "running")
    for row in inputs.rows("cancellable"):
        held = ends[row["running"]]
        add(held["team"], row["value_musd"], min(calendar.month(held["until"]), calendar.end))
    for row in inputs.rows("streams"):
        if row["team"] in found:
            found[row["team"]] += _stream_on_time(inputs, calendar, row)
    return found


def _stream_on_time(inputs: Inputs, calendar: Calendar, stream: Row) -> float:
    """Discounted M$ of a stream that has all it asks for: its segments, as far as its ceiling lets them."""
    mine = [row for row in inputs.rows("stream_segments") if row["stream"] == stream["stream"]]
    mine.sort(key=lambda row: float(row["up_to_pflops"]))
    tops = [stream_asked(inputs, calendar, stream, month) for month in range(calendar.end)]
    musd = 0.0
    for period in calendar.periods:
        for top in tops[period.start : period.end]:
            at = 0.0
            for segment in mine:
                width, at = max(0.0, min(segment["up_to_pflops"], top) - at), segment["up_to_pflops"]
                musd += width * segment["musd_per_pflops_month"] * calendar.discount(period.start)
    return musd


def compute_asked(inputs: Inputs, calendar: Calendar) -> dict[str, float]:
    """Useful compute that each asking team asks for, PFLOP/s-months: its runs, and its streams at their ceilings.

    A stream without a ceiling asks for all that earns, else for its floor; nobody asks for months that are not
    reported. Of the runs that would fulfil one programme only that of its first option is asked for.
    """
    found = dict.fromkeys(read_tree(inputs).asking, 0.0)
    whose, besides = teams_of_runs(inputs), alternatives(inputs)
    for row in inputs.rows("runs"):
        if whose.get(row["run"]) in found and row["run"] not in besides:
            found[whose[row["run"]]] += useful_pflops_months(run_flop_zflop(row))
    for row in inputs.rows("streams"):
        if row["team"] in found:
            found[row["team"]] += sum(stream_asked(inputs, calendar, row, m) for m in range(calendar.reported_end))
    return found


def alternatives(inputs: Inputs) -> set[str]:
    """Runs that fulfil programmes, but are no programme's first option: they would be done in place of another."""
    first: dict[str, str | None] = {}
    for row in inputs.rows("programme_options"):
        first.setdefault(row["programme"], row["run"])
    return {row["run"] for row in inputs.rows("programme_options") if row["run"]} - set(first.values())


def useful_pflops_months(zflop: float) -> float:
    """Compute of so many ZFLOP as PFLOP/s over months."""
    return zflop * PFLOP_PER_ZFLOP / SECONDS_PER_MONTH


def stream_asked(inputs: Inputs, calendar: Calendar, stream: Row, month: int) -> float:
    """PFLOP/s that a stream asks for in a month."""
    dated = [row for row in inputs.rows("stream_demand") if row["stream"] == stream["stream"]]
    past = [row for row in dated if calendar.month(row["from"]) <= month]
    held = max(past, key=lambda row: calendar.month(row["from"])) if past else stream
    if held["ceiling_pflops"] is not None:
        return float(held["ceiling_pflops"])
    ends = [r["up_to_pflops"] for r in inputs.rows("stream_segments") if r["stream"] == stream["stream"]]
    return float(max(ends, default=held["floor_pflops"]))
