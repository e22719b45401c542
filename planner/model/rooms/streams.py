"""Streams: continuous work that takes what the gangs leave - experiments, inference, other research.

Sets: place s (own site or lease), accelerator g, period t; stream i; utility segment j.

Decisions
    stream_use[i,g,s,t]  accelerators given to a stream                               [accelerators]
    unserved[i,t]      floor not served, where that is priced                         [PFLOP/s]
    segment[i,j,t]     served part of a utility segment                               [PFLOP/s]

served[i,t] = sum over g, s of speed[i,g] * stream_use[i,g,s,t]                       [PFLOP/s]

    (D5) served[i,t] <= ceiling[i,t]                                                  [PFLOP/s]
    (D6) served[i,t] + unserved[i,t] >= floor[i,t]                                    [PFLOP/s]
    (D7) sum_j segment[i,j,t] <= served[i,t]                                          [PFLOP/s]
    (D8) segment[i,j,t] <= width of the segment                                       [PFLOP/s]

What streams take of what is online is in D2 of `demand`. Floors and ceilings of a period are the mean over
its months of what holds in each.
Money: value `stream` (worth * months, at the period's start), penalty `unserved`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.core.rules import concave, needed_when, not_above
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Case
from planner.data.sizing import ids_or_all
from planner.model.formats import FORMATS
from planner.model.workspace import Line, Term, Workspace, index_set, linear, or_zero

STREAMS = Table(
    "streams",
    "Continuous work that takes what the gangs leave: experiments, inference, other research.",
    ("stream",),
    (
        Column("stream", "id", "name"),
        Column("title", "text", "name to show", "", None),
        Column("team", "id", "who asks", "", None, refers=("teams",)),
        Column("number_format", "choice", "format", "", "bf16", choices=FORMATS),
        Column(
            "mfu", "number", "utilisation; empty: table mfu, then data/mfu.csv", "", None, low=0, high=1, low_open=True
        ),
        Column("eligible", "ids", "types it can use", refers=("accelerators",)),
        Column("sites", "ids", "sites and leases it can use; empty: all", "", None, refers=("sites", "leases")),
        Column("floor_pflops", "number", "least rate served", "PFLOP/s", 0.0, low=0),
        Column("ceiling_pflops", "number", "largest rate of use; empty: no limit", "PFLOP/s", None, low=0),
        Column(
            "unserved_usd_per_pflops_month",
            "number",
            "price of the floor not served; empty: the floor is hard",
            "USD/PFLOP/s/month",
            None,
            low=0,
        ),
        Column("home_site", "id", "own site where its data is; empty: anywhere", "", None, refers=("sites",)),
        Column(
            "tbps_per_pflops_away",
            "number",
            "traffic from home for each PFLOP/s served at another own site; needs a home_site",
            "Tb/s/PFLOP/s",
            0.0,
            low=0,
        ),
    ),
    rules=(not_above("floor_pflops", "ceiling_pflops"), needed_when("home_site", "tbps_per_pflops_away")),
)
STREAM_DEMAND = Table(
    "stream_demand",
    "Floors and ceilings by date; before a stream's first date its own cells hold.",
    ("stream", "from"),
    (
        Column("stream", "id", "stream", refers=("streams",)),
        Column("from", "date", "holds from here to the stream's next date"),
        Column("floor_pflops", "number", "least rate served", "PFLOP/s", 0.0, low=0),
        Column("ceiling_pflops", "number", "largest rate of use; empty: no limit", "PFLOP/s", None, low=0),
    ),
    rules=(not_above("floor_pflops", "ceiling_pflops"),),
)
STREAM_SEGMENTS = Table(
    "stream_segments",
    "Concave utility of a stream: what a month of each further PFLOP/s is worth.",
    ("stream", "up_to_pflops"),
    (
        Column("stream", "id", "stream", refers=("streams",)),
        Column("up_to_pflops", "number", "upper end of the segment", "PFLOP/s", low=0, low_open=True),
        Column("musd_per_pflops_month", "number", "worth", "M$/PFLOP/s/month", low=0),
    ),
    rules=(concave("stream", "up_to_pflops", "musd_per_pflops_month"),),
)
STREAM_SPEEDS = Table(
    "stream_speeds",
    "A stream's own speed by type; replaces peak * mfu.",
    ("stream", "accelerator"),
    (
        Column("stream", "id", "stream", refers=("streams",)),
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("pflops_per_accelerator", "number", "speed", "PFLOP/s", low=0, low_open=True),
    ),
)
EQUATIONS = (
    Equation(
        "D5",
        "served_below_ceiling",
        "a stream uses no more than its ceiling",
        "PFLOP/s",
        ("stream", "period"),
        Limit("ceiling of stream", 0.1),
    ),
    Equation(
        "D6",
        "floor_is_served",
        "a stream's floor is served or its shortfall counted",
        "PFLOP/s",
        ("stream", "period"),
        Limit("floor of stream", 0.1),
    ),
    Equation("D7", "segments_are_served", "what is valued is served", "PFLOP/s", ("stream", "period")),
    Equation(
        "D8", "segment_fits_width", "a segment is no wider than stated", "PFLOP/s", ("stream", "segment", "period")
    ),
)
OUTPUTS = (
    Output(
        "stream_use",
        "stream_use",
        ("stream", "accelerator", "site", "period"),
        "accelerators",
        "accelerators given to a stream",
    ),
    Output("served", "served", ("stream", "period"), "PFLOP/s", "rate a stream is served"),
    Output("unserved", "unserved", ("stream", "period"), "PFLOP/s", "floor of a stream not served, at its price"),
    Output("segment_served", "segment", ("stream", "segment", "period"), "PFLOP/s", "served part of a utility segment"),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the streams' block, and offer what they take of each type and place."""
    online, speed = m.need("online"), stream_speeds(d)
    periods = range(len(d.calendar.periods))
    b.USE = index_set([(i, g, s, t) for i, g, s in speed for t in periods if (g, s, t) in online], 4)
    b.stream_use = pyo.Var(b.USE, domain=pyo.NonNegativeReals, doc="accelerators")
    used: dict[tuple[str, str, int], list[Term]] = defaultdict(list)
    served: dict[tuple[str, int], list[Term]] = defaultdict(list)
    for (i, g, s, t), use in b.stream_use.items():
        used[g, s, t].append((1.0, use))
        served[i, t].append((speed[i, g, s], use))
    m.offer("stream_units", used)
    m.offer("stream_use", b.stream_use)
    m.offer("stream_traffic", _traffic(b, d, speed))
    b.served = pyo.Expression(d.streams, periods, rule=lambda b, i, t: linear(served[i, t]))
    _service(b, d, {key for key, terms in served.items() if terms})


def stream_speeds(d: Case) -> dict[tuple[str, str, str], float]:
    """PFLOP/s per accelerator of each stream on each type and place it can use."""
    found: dict[tuple[str, str, str], float] = {}
    for i, row in d.streams.items():
        for g in row["eligible"]:
            if (speed := d.stream_speed(i, g)) is not None:
                found |= {(i, g, s): speed for s in ids_or_all(row["sites"], d.places)}
    return found


def _traffic(b: Any, d: Case, speed: dict[tuple[str, str, str], float]) -> dict[tuple[str, str, int], list[Term]]:
    """(home, site, period): Tb/s of what is served away from home at own sites."""
    found: dict[tuple[str, str, int], list[Term]] = defaultdict(list)
    sites = set(d.sites)
    away = {i: (row["home_site"], row["tbps_per_pflops_away"]) for i, row in d.streams.items()}
    away = {i: (home, tbps) for i, (home, tbps) in away.items() if home is not None and tbps > 0}
    for (i, g, s, t), use in b.stream_use.items() if away else ():
        if i in away and s != away[i][0] and s in sites:
            home, tbps = away[i]
            found[home, s, t].append((tbps * speed[i, g, s], use))
    return dict(found)


def stream_limits(d: Case, stream: str, t: int) -> tuple[float, float | None]:
    """Floor and ceiling, PFLOP/s, of a stream in a period: the mean over its months of what holds in each."""
    period = d.calendar.periods[t]
    steps = sorted(
        (d.calendar.month(r["from"]), r["floor_pflops"], r["ceiling_pflops"])
        for r in d.inputs.rows("stream_demand")
        if r["stream"] == stream
    )
    row = d.streams[stream]
    floors, ceilings = [], []
    for month in range(period.start, period.end):
        past = [step for step in steps if step[0] <= month]
        floor, ceiling = past[-1][1:] if past else (row["floor_pflops"], row["ceiling_pflops"])
        floors.append(floor)
        ceilings.append(ceiling)
    ceiling = None if None in ceilings else sum(ceilings) / period.months
    return sum(floors) / period.months, ceiling


def segment_widths(d: Case) -> dict[tuple[str, int], float]:
    """(stream, segment): its width, PFLOP/s."""
    rows = _segments(d)
    below = {(i, j): rows[i, j - 1]["up_to_pflops"] if j else 0.0 for i, j in rows}
    return {key: row["up_to_pflops"] - below[key] for key, row in rows.items()}


def _segments(d: Case) -> dict[tuple[str, int], Row]:
    """The rows of the segments, numbered by stream from the lowest."""
    rows = d.inputs.rows("stream_segments")
    return {
        (i, j): row
        for i in d.streams
        for j, row in enumerate(sorted((r for r in rows if r["stream"] == i), key=lambda r: r["up_to_pflops"]))
    }


def _service(b: Any, d: Case, servable: set[tuple[str, int]]) -> None:
    periods = range(len(d.calendar.periods))
    limits = {(i, t): stream_limits(d, i, t) for i in d.streams for t in periods}
    widths = segment_widths(d)
    priced = [i for i, row in d.streams.items() if row["unserved_usd_per_pflops_month"] is not None]
    floors = [key for key, (floor, _) in limits.items() if floor > 0]
    # a hard floor that nothing can serve gets a shortfall of no width: the solver, not Pyomo, is to refuse its row
    hopeless = [key for key in floors if key[0] not in priced and key not in servable]
    b.unserved = pyo.Var(
        [key for key in floors if key[0] in priced or key in hopeless],
        domain=pyo.NonNegativeReals,
        bounds=lambda b, i, t: (0, 0 if (i, t) in hopeless else None),
        doc="PFLOP/s",
    )
    b.segment = pyo.Var([(i, j, t) for i, j in widths for t in periods], domain=pyo.NonNegativeReals, doc="PFLOP/s")

    def floor_is_served(b: Any, i: str, t: int) -> Any:
        return b.served[i, t] + or_zero(b.unserved, (i, t)) >= limits[i, t][0]

    def segments_are_served(b: Any, i: str, t: int) -> Any:
        return linear([(1.0, b.segment[i, j, t]) for ii, j in widths if ii == i]) <= b.served[i, t]

    b.served_below_ceiling = pyo.Constraint(
        [key for key, (_, ceiling) in limits.items() if ceiling is not None],
        rule=lambda b, i, t: b.served[i, t] <= limits[i, t][1], doc="(D5)",
    )  # fmt: skip
    b.floor_is_served = pyo.Constraint(floors, rule=floor_is_served, doc="(D6)")
    b.segments_are_served = pyo.Constraint(
        [(i, t) for i in d.streams if (i, 0) in widths for t in periods], rule=segments_are_served, doc="(D7)"
    )
    b.segment_fits_width = pyo.Constraint(
        list(b.segment), rule=lambda b, i, j, t: b.segment[i, j, t] <= widths[i, j], doc="(D8)"
    )


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what segments are worth and what is not served costs."""
    periods = d.calendar.periods
    worth = {key: row["musd_per_pflops_month"] for key, row in _segments(d).items()}
    for i, j, t in b.segment:
        line = Line("value", "stream", i, periods[t].start)
        m.ledger.add(line, worth[i, j] * periods[t].months, b.segment[i, j, t])
    for i, t in b.unserved:
        rate = (d.streams[i]["unserved_usd_per_pflops_month"] or 0.0) / USD_PER_MUSD * periods[t].months
        m.ledger.add(Line("penalty", "unserved", i, periods[t].start), rate, b.unserved[i, t])


ROOM = Room(
    name="streams",
    build=build,
    account=account,
    needs=("online",),
    offers=("stream_units", "stream_use", "stream_traffic"),
    money=(("value", "stream"), ("penalty", "unserved")),
    inputs=(STREAMS, STREAM_DEMAND, STREAM_SEGMENTS, STREAM_SPEEDS),
    equations=EQUATIONS,
    outputs=OUTPUTS,
)
