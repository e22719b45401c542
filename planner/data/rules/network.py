"""Rules on what must be carried between sites: traffic, streams away from home, and runs over several sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from planner.core.declare import Finding
from planner.core.inputs import Inputs
from planner.data.rules.scenario import scenario_rule


def joined(inputs: Inputs) -> dict[str, str]:
    """A site of each site's group: links that have, or can be given, capacity join the sites of a group."""
    able = {row["link"] for row in inputs.rows("links") if row["existing_tbps"] > 0}
    able |= {row["link"] for row in inputs.rows("link_modules") if row["max_modules"] > 0}
    beside: dict[str, set[str]] = defaultdict(set)
    for row in inputs.rows("links"):
        if row["link"] in able:
            beside[row["site_a"]].add(row["site_b"])
            beside[row["site_b"]].add(row["site_a"])
    group: dict[str, str] = {}
    for row in inputs.rows("sites"):
        reached = [row["site"]]
        for site in reached:
            if site not in group:
                group[site] = row["site"]
                reached += beside[site]
    return group


@scenario_rule(
    "traffic_cannot_be_carried",
    "links with capacity join the ends of traffic",
    "traffic",
    "links",
    "link_modules",
    "sites",
)
def traffic_cannot_be_carried(inputs: Inputs) -> Iterator[Finding]:
    group = joined(inputs)
    for i, row in enumerate(inputs.rows("traffic")):
        if row["tbps"] > 0 and not inputs.rows("links"):
            yield Finding(i, "traffic.tbps", "must be carried, but there are no links", row["tbps"])
        elif row["tbps"] > 0 and group.get(row["from_site"]) != group.get(row["to_site"]):
            message = f"no links with capacity, or modules for it, join it to {row['from_site']}"
            yield Finding(i, "traffic.to_site", message, row["to_site"])


@scenario_rule("stream_traffic_without_links", "a stream whose traffic counts has links", "streams", "links")
def stream_traffic_without_links(inputs: Inputs) -> Iterator[Finding]:
    for i, row in enumerate(inputs.rows("streams")):
        if row["tbps_per_pflops_away"] > 0 and not inputs.rows("links"):
            message = "asks for traffic, but there are no links to carry it"
            yield Finding(i, "streams.tbps_per_pflops_away", message, row["tbps_per_pflops_away"])


@scenario_rule("span_unused", "a span is named by some run", "spans", "runs")
def span_unused(inputs: Inputs) -> Iterator[Finding]:
    used = {name for row in inputs.rows("runs") for name in row["sites"] or []}
    for i, row in enumerate(inputs.rows("spans")):
        if row["span"] not in used:
            yield Finding(i, "spans.span", "is used by nothing: no run names it in `sites`", row["span"])


@scenario_rule("phase_exceeds_source", "a phase fits its source's most MW", "power_phases", "power_sources")
def phase_exceeds_source(inputs: Inputs) -> Iterator[Finding]:
    sources = {(row["site"], row["power_source"]): row for row in inputs.rows("power_sources")}
    for i, row in enumerate(inputs.rows("power_phases")):
        source = sources.get((row["site"], row["power_source"]))
        if source is not None and source["existing_mw"] + row["mw"] > source["max_mw"] + 1e-9:
            room = source["max_mw"] - source["existing_mw"]
            message = f"can never be built: the source has room for {room:g} MW more (max_mw - existing_mw)"
            yield Finding(i, "power_phases.mw", message, row["mw"])
