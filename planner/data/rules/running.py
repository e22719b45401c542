"""Rules on runs in progress: what they hold is given, so it must be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from planner.core.declare import Finding, Row
from planner.core.inputs import Inputs
from planner.core.months import month_number
from planner.data.calendar import Calendar, Period, build_calendar
from planner.data.horizon import LEADS, read_horizon
from planner.data.rules.scenario import scenario_rule

_READS = ("calendar", "finance", "running", "accelerators", "fleet", "leases", "fabrics")


@scenario_rule("running_outside_horizon", "a run in progress lasts into the horizon", "calendar", "running", *LEADS)
def running_outside_horizon(inputs: Inputs) -> Iterator[Finding]:
    start = read_horizon(inputs).start
    for i, row in enumerate(inputs.rows("running")):
        if month_number(row["until"]) <= start:
            message = "must lie behind the horizon's start: the row can never matter"
            yield Finding(i, "running.until", message, row["until"])


@scenario_rule("running_on_another_type", "a run in progress at a lease is on the type it rents", *_READS)
def running_on_another_type(inputs: Inputs) -> Iterator[Finding]:
    leases = inputs.by_id("leases", "lease")
    for i, row in enumerate(inputs.rows("running")):
        lease = leases.get(row["site"])
        if lease is not None and lease["accelerator"] != row["accelerator"]:
            message = f"must be {lease['accelerator']}, which {row['site']} rents"
            yield Finding(i, "running.accelerator", message, row["accelerator"])


@scenario_rule("running_gang_too_large", "a fabric or contract carries the gang of a run in progress", *_READS)
def running_gang_too_large(inputs: Inputs) -> Iterator[Finding]:
    leases, types = inputs.by_id("leases", "lease"), inputs.by_id("accelerators", "accelerator")
    for i, row in enumerate(inputs.rows("running")):
        if row["site"] in leases:
            most = leases[row["site"]]["max_gang"]
        else:
            family = types[row["accelerator"]]["fabric_family"]
            tiers = [f for f in inputs.rows("fabrics") if f["site"] == row["site"] and f["family"] == family]
            sizes = [f["max_gang"] for f in tiers]
            # without any fabric of the family the fleet itself cannot stand there: another rule says so
            most = max(sizes) if sizes and None not in sizes else None
        if most is not None and row["n"] > most:
            yield Finding(i, "running.n", f"{row['site']} carries gangs of at most {most}", row["n"])


@scenario_rule("running_not_there", "the accelerators of runs in progress are there until they end", *_READS, *LEADS)
def running_not_there(inputs: Inputs) -> Iterator[Finding]:
    calendar = build_calendar(inputs)
    types, leases = inputs.by_id("accelerators", "accelerator"), inputs.by_id("leases", "lease")
    held: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
    for i, row in enumerate(inputs.rows("running")):
        held[row["site"], row["accelerator"]].append((i, row))
    for (site, name), rows in held.items():
        if site in leases and leases[site]["accelerator"] != name:
            continue  # another rule says so
        for period in calendar.periods:
            present = [(i, row) for i, row in rows if period.start < calendar.month(row["until"])]
            there = types[name]["availability"] * _units(inputs, calendar, site, name, period)
            if present and sum(row["n"] for _, row in present) > there + 1e-9:
                since = calendar.label(period.start)
                message = f"runs in progress hold more than the {there:g} {name} at {site} in the period from {since}"
                yield Finding(present[-1][0], "running.n", message, present[-1][1]["n"])
                break


def _units(inputs: Inputs, calendar: Calendar, site: str, accelerator: str, period: Period) -> int:
    """Accelerators given by data at a site in a period; at a lease, those of committed lots."""
    month, units = calendar.month, 0
    for row in inputs.rows("fleet"):
        if (row["site"], row["accelerator"]) == (site, accelerator):
            end = None if row["retires"] is None else month(row["retires"])
            units += row["count"] if calendar.in_service(period, month(row["in_service_from"]), end) else 0
    for row in inputs.rows("leases"):
        if row["lease"] == site and row["accelerator"] == accelerator:
            begin = month(row["from"])
            units += (
                row["committed_lots"] * row["lot_size"] if begin <= period.start < begin + row["term_months"] else 0
            )
    return units
