"""Rules on what is unknown: a figure may stay empty until something uses it; and on what cannot stand where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planner.core.declare import Finding
from planner.core.inputs import Inputs
from planner.data.rules.scenario import scenario_rule

_LOADS = ("runs", "streams")


def peak_of(accelerator: Mapping[str, Any], number_format: str) -> float | None:
    """The dense peak of a type at a number format [TFLOP/s]; `None` if unknown."""
    peak: float | None = accelerator[f"{number_format}_dense_tflops"]
    return peak


def own_speeds(inputs: Inputs) -> set[tuple[str, str]]:
    """The (stream, accelerator) pairs whose speed is given outright."""
    return {(row["stream"], row["accelerator"]) for row in inputs.rows("stream_speeds")}


def usable_types(inputs: Inputs, table: str, row: Mapping[str, Any]) -> list[str]:
    """The eligible types of a run or stream whose speed can be told: peak known, or speed given outright."""
    types = inputs.by_id("accelerators", "accelerator")
    given = own_speeds(inputs) if table == "streams" else set()
    return [
        name
        for name in row["eligible"]
        if (table == "streams" and (row["stream"], name) in given) or peak_of(types[name], row["number_format"])
    ]


def types_at_own_sites(inputs: Inputs) -> set[str]:
    """The types that stand at own sites or may be ordered to one."""
    own = {row["accelerator"] for row in inputs.rows("fleet")}
    if inputs.rows("sites"):
        own |= {row["accelerator"] for row in inputs.rows("accelerators") if row["orderable"]}
    return own


def can_cool(hall: str, needed: str) -> bool:
    """Whether a hall of this cooling class can house accelerators that need `needed`."""
    return "either" in (hall, needed) or hall == needed


@scenario_rule(
    "peak_unknown",
    "some eligible type has a known peak at the format",
    "accelerators",
    "runs",
    "streams",
    "stream_speeds",
)
def peak_unknown(inputs: Inputs) -> Iterator[Finding]:
    for table in _LOADS:
        for i, row in enumerate(inputs.rows(table)):
            if not usable_types(inputs, table, row):
                column = f"{row['number_format']}_dense_tflops"
                message = f"no eligible type has a known {column}: give it in accelerators, or another number_format"
                yield Finding(i, f"{table}.eligible", message, ";".join(row["eligible"]))


@scenario_rule(
    "mfu_unknown",
    "the utilisation of every usable type is known",
    "accelerators",
    "runs",
    "streams",
    "stream_speeds",
    "mfu",
)
def mfu_unknown(inputs: Inputs) -> Iterator[Finding]:
    stated = mfu_stated(inputs)
    for table, i, name, number_format in mfu_needed(inputs):
        if (name, number_format) not in stated and (name, "bf16") not in stated:
            message = f"is unknown for {name} at {number_format}: neither here nor in mfu nor in data/mfu.csv"
            yield Finding(i, f"{table}.mfu", message)


def mfu_needed(inputs: Inputs) -> Iterator[tuple[str, int, str, str]]:
    """(table, row, type, format) of every utilisation that a run or stream takes from outside its row."""
    given = own_speeds(inputs)
    for table in _LOADS:
        for i, row in enumerate(inputs.rows(table)):
            if row["mfu"] is None:
                for name in usable_types(inputs, table, row):
                    if table == "runs" or (row["stream"], name) not in given:
                        yield table, i, name, row["number_format"]


def mfu_stated(inputs: Inputs) -> set[tuple[str, str]]:
    """The (type, format) whose utilisation table `mfu` tells; from that at BF16 the others may be scaled."""
    return {(row["accelerator"], row["number_format"]) for row in inputs.rows("mfu")}


@scenario_rule(
    "memory_unknown", "the memory of eligible types is known where a run needs a least memory", "accelerators", "runs"
)
def memory_unknown(inputs: Inputs) -> Iterator[Finding]:
    types = inputs.by_id("accelerators", "accelerator")
    for i, row in enumerate(inputs.rows("runs")):
        for name in row["eligible"]:
            if row["min_memory_gb"] is not None and types[name]["memory_gb"] is None:
                message = f"asks for memory_gb of {name}, which is unknown"
                yield Finding(i, "runs.min_memory_gb", message, row["min_memory_gb"])


@scenario_rule(
    "provisioned_kw_unknown",
    "provisioned power is known where power is modelled",
    "accelerators",
    "fleet",
    "sites",
    "halls",
    "power_sources",
)
def provisioned_kw_unknown(inputs: Inputs) -> Iterator[Finding]:
    modelled = [table for table in ("halls", "power_sources") if inputs.has(table)]
    own = types_at_own_sites(inputs)
    for i, row in enumerate(inputs.rows("accelerators")):
        if modelled and row["accelerator"] in own and row["provisioned_kw"] is None:
            message = f"is unknown, and {' and '.join(modelled)} need it: give it"
            yield Finding(i, "accelerators.provisioned_kw", message)


@scenario_rule(
    "cooling_unknown", "cooling is known where halls are modelled", "accelerators", "fleet", "sites", "halls"
)
def cooling_unknown(inputs: Inputs) -> Iterator[Finding]:
    own = types_at_own_sites(inputs) if inputs.has("halls") else set()
    for i, row in enumerate(inputs.rows("accelerators")):
        if row["accelerator"] in own and row["cooling"] is None:
            yield Finding(i, "accelerators.cooling", "is unknown, and halls need it: give it")


@scenario_rule("hall_cooling_unknown", "a hall's cooling is known", "halls")
def hall_cooling_unknown(inputs: Inputs) -> Iterator[Finding]:
    for i, row in enumerate(inputs.rows("halls")):
        if row["cooling"] is None:
            yield Finding(i, "halls.cooling", "is unknown: give it")


@scenario_rule("lot_size_unknown", "a type's lot is known where orders and gangs need it", "accelerators", "runs")
def lot_size_unknown(inputs: Inputs) -> Iterator[Finding]:
    in_gangs = {name for row in inputs.rows("runs") for name in row["eligible"]}
    for i, row in enumerate(inputs.rows("accelerators")):
        stepless = row["gang_step"] is None and row["accelerator"] in in_gangs
        if row["lot_size"] is None and (row["orderable"] or stepless):
            yield Finding(i, "accelerators.lot_size", "is unknown, and orders and gangs need it: give it")


@scenario_rule(
    "fleet_cannot_be_cooled", "the fleet stands where some hall can cool it", "accelerators", "fleet", "halls"
)
def fleet_cannot_be_cooled(inputs: Inputs) -> Iterator[Finding]:
    types = inputs.by_id("accelerators", "accelerator")
    for i, row in enumerate(inputs.rows("fleet")):
        needed = types[row["accelerator"]]["cooling"]
        offered = [hall["cooling"] for hall in inputs.rows("halls") if hall["site"] == row["site"]]
        if not inputs.has("halls") or needed is None or None in offered:
            continue
        if not any(can_cool(hall, needed) for hall in offered):
            message = f"has no hall that can cool {row['accelerator']} ({needed})"
            yield Finding(i, "fleet.site", message, row["site"])


@scenario_rule(
    "fleet_cannot_be_joined", "the fleet stands where some fabric of its family is", "accelerators", "fleet", "fabrics"
)
def fleet_cannot_be_joined(inputs: Inputs) -> Iterator[Finding]:
    types = inputs.by_id("accelerators", "accelerator")
    for i, row in enumerate(inputs.rows("fleet")):
        family = types[row["accelerator"]]["fabric_family"]
        found = [f for f in inputs.rows("fabrics") if f["site"] == row["site"] and f["family"] == family]
        if inputs.has("fabrics") and not found:
            message = f"has no fabric of family {family}, which {row['accelerator']} needs"
            yield Finding(i, "fleet.site", message, row["site"])


@scenario_rule("no_place_to_run", "runs and streams have some place to be at", "runs", "streams", "sites", "leases")
def no_place_to_run(inputs: Inputs) -> Iterator[Finding]:
    if not inputs.rows("sites") and not inputs.rows("leases"):
        for table in _LOADS:
            if inputs.rows(table):
                key = table.removesuffix("s")
                yield Finding(0, f"{table}.{key}", "has nowhere to run: the scenario has neither sites nor leases")
