"""Spans: several sites that hold one gang together, and the traffic between them while it is there.

A run that names a span may be done there: its gang is sized with MFU * mfu_factor and split in fixed shares,
every part obeys the rows of its site (D1, D2, N1, N2), and between each two sites of the span, in each
direction, tbps_per_kaccelerator * n/1000 is routed in every period in which the run is present (L1 of
`links`). No decisions and no equations of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from planner.core.declare import Column, Finding, Room, Row, Rule, Table
from planner.core.inputs import Inputs
from planner.core.rules import ids_apart
from planner.data.derive import Case
from planner.model.workspace import Term, Workspace


def _shares(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    total: dict[str, float] = defaultdict(float)
    last: dict[str, int] = {}
    for i, row in enumerate(rows):
        total[row["span"]] += row["share"]
        last[row["span"]] = i
    for span, share in total.items():
        if abs(share - 1) > 1e-9:
            yield Finding(last[span], "share", f"the shares of {span} must add up to 1", f"{share:g}")


def _sites(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    held = [row["span"] for row in inputs.rows("span_sites")]
    for i, row in enumerate(rows):
        if held.count(row["span"]) < 2:
            yield Finding(i, "span", "has fewer than two sites in span_sites", row["span"])
        if row["tbps_per_kaccelerator"] > 0 and not inputs.has("links"):
            yield Finding(i, "tbps_per_kaccelerator", "asks for traffic, but there are no links to carry it")


SPANS = Table(
    "spans",
    "Sets of own sites that can hold one gang together.",
    ("span",),
    (
        Column("span", "id", "name; runs give it in `sites`"),
        Column("mfu_factor", "number", "MFU over that at a single site", "", 1.0, low=0, high=1, low_open=True),
        Column(
            "tbps_per_kaccelerator",
            "number",
            "traffic from each of its sites to each other, for 1,000 accelerators of the whole gang",
            "Tb/s/1,000 accelerators",
            0.0,
            low=0,
        ),
    ),
    rules=(
        ids_apart("span", (("sites", "site"), ("leases", "lease"))),
        Rule("span_has_sites", "a span has at least two sites, and links where it has traffic", _sites),
    ),
)
SPAN_SITES = Table(
    "span_sites",
    "The sites of a span, each with its fixed share of a gang; shares add up to 1.",
    ("span", "site"),
    (
        Column("span", "id", "span", refers=("spans",)),
        Column("site", "id", "own site", refers=("sites",)),
        Column("share", "number", "share of the gang", "", low=0, high=1, low_open=True),
    ),
    rules=(Rule("span_shares_add_up", "the shares of a span add up to 1", _shares),),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Offer the traffic of runs over several sites."""
    start, spans = m.need("start"), d.spans
    traffic: dict[tuple[str, str, int], list[Term]] = defaultdict(list)
    frame = d.placements[d.placements["site"].isin(list(spans))]
    for c, place, begin, finish, n in zip(
        frame.index.tolist(), *(frame[k].tolist() for k in ("site", "start", "finish", "n")), strict=True
    ):
        tbps = spans[place].tbps_per_kaccelerator * n / 1000.0
        sites = [site for site, _ in spans[place].shares]
        for t, period in enumerate(d.calendar.periods) if tbps else []:
            if period.start < finish and begin < period.end:
                for o in sites:
                    for s in sites:
                        if s != o:
                            traffic[o, s, t].append((tbps, start[c]))
    m.offer("run_traffic", dict(traffic))


ROOM = Room(name="spans", build=build, needs=("start",), offers=("run_traffic",), inputs=(SPANS, SPAN_SITES))
