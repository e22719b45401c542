"""The tables of who works with what: accelerator-months of each team, and the rates of streams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from planner.export.facts import Facts
from planner.export.facts.allotments import NO_TEAM
from planner.export.facts.reading import LEAST, whole
from planner.export.tables.in_service import PERIOD_FIELDS
from planner.export.tables.table import Declared, Field, Row

STREAM_FIELDS = (
    Field("stream", "id", "stream"),
    Field("team", "id", "whose"),
    *PERIOD_FIELDS,
    Field("served_pflops", "number", "rate served"),
    Field("unserved_pflops", "number", "floor not served, at its price"),
)
ALLOCATION_FIELDS = (
    Field("team", "id", "who has them"),
    Field("site", "id", "site or lease"),
    Field("accelerator", "id", "type"),
    *PERIOD_FIELDS,
    Field("run_months", "number", "accelerator-months of its runs and of what runs on from before", total=True),
    Field("stream_months", "number", "accelerator-months of its streams", total=True),
    Field("accelerator_months", "number", "accelerator-months in all", total=True),
)


def _streams(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    served, unserved = r.by_period("served", "stream"), r.by_period("unserved", "stream")
    for stream, row in r.case.streams.items():
        for t in range(len(r.case.calendar.periods)):
            rates = [float(found[(stream,)][t]) if found else 0.0 for found in (served, unserved)]
            yield {
                "stream": stream, "team": row["team"] or NO_TEAM, **r.when(t), "served_pflops": rates[0],
                "unserved_pflops": rates[1],
            }  # fmt: skip


def _allocation(facts: Facts) -> Iterable[Row]:
    r, periods = facts.reading, facts.reading.case.calendar.periods
    held: dict[tuple[str, str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for gang in r.gangs:
        for t, period in enumerate(periods):
            if months := gang.months_in(period):
                held[gang.team or NO_TEAM, gang.site, gang.accelerator, t][0] += gang.n * months
    for (stream, g, site), units in r.by_period("stream_use", "stream", "accelerator", "site").items():
        for t in np.flatnonzero(units > LEAST).tolist():
            months = periods[t].months
            held[r.case.streams[stream]["team"] or NO_TEAM, site, g, t][1] += float(units[t]) * months
    for (team, site, g, t), (runs, streams) in sorted(held.items()):
        yield {
            "team": team, "site": site, "accelerator": g, **r.when(t), "run_months": whole(runs),
            "stream_months": whole(streams), "accelerator_months": whole(runs + streams),
        }  # fmt: skip


STREAMS = Declared("streams", "Streams", "Streams served, by period", STREAM_FIELDS, _streams)
ALLOCATION = Declared(
    "allocation", "Allocation", "Accelerator-months that each team has, by site, type and period", ALLOCATION_FIELDS,
    _allocation,
)  # fmt: skip
