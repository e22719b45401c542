"""The same for the later rooms: tents, leased halls, retrofits, phases, resale, links, streams away from home."""

from __future__ import annotations

import copy
from collections import defaultdict

import pytest

from tests.brute_force.enumeration import MOST_INTEGERS, TooLarge, axes, best, largest_values
from tests.brute_force.rules import build
from tests.brute_force.test_brute_force import TOLERANCE, instance, planned
from tests.generators import WIDE, Document

SEEDS = (*range(24), 30, 32, 42)  # the last three for what decides little in the others: tents, phases, traffic
TABLES = ("power_phases", "retrofits", "resale", "links", "traffic")
KINDS = {"tent": "life_months", "leased": "rent_usd_per_kw_month"}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed={seed}")
def test_the_planner_finds_the_best_of_all_plans(seed: int) -> None:
    found = instance(seed, WIDE)
    assert found.best.integers <= MOST_INTEGERS
    assert found.best.value is not None, f"seed {found.label}: a scenario that is not demanding has a plan"
    value = planned(found.document)
    assert value == pytest.approx(found.best.value, abs=TOLERANCE), f"seed {found.label}: {found.best}"


def test_every_room_decides_something_somewhere() -> None:
    """Without its table, or the life or rent of its halls, the best is another one."""
    decides = defaultdict(list)
    for seed in SEEDS:
        found = instance(seed, WIDE)
        for room in (*TABLES, *KINDS):
            other = without(found.document, room)
            if other is not None and abs(value(other, found.best.value) - found.best.value) > TOLERANCE:
                decides[room].append(seed)
    print(dict(decides))
    assert all(decides[room] for room in (*TABLES, *KINDS)), dict(decides)
    assert min(len(decides["resale"]), len(decides["power_phases"])) >= 4


def test_every_kind_of_integer_is_used_somewhere() -> None:
    kinds = {key[0] for seed in SEEDS for key in instance(seed, WIDE).best.point}
    assert {"phase", "link module", "link opened", "hall", "source", "order", "start"} <= kinds


def without(document: Document, room: str) -> Document | None:
    """The document without what a room reads; None if it has none of it."""
    other = copy.deepcopy(document)
    tables = other["tables"]
    if room in KINDS:
        halls = [row for row in tables.get("halls", []) if row.get("kind") == room]
        for row in halls:
            del row[KINDS[room]]
        return other if halls else None
    if room not in tables:
        return None
    for table in (room, *(("link_modules", "traffic") if room == "links" else ())):
        tables.pop(table, None)
    for row in tables.get("streams", []) if room == "links" else []:
        row.pop("home_site", None)
    return other


def value(document: Document, otherwise: float) -> float:
    """The best value of a document; `otherwise` where it is not known (too large), minus infinity without a plan."""
    problem = build(document)
    try:
        found = best(problem, axes(problem, largest_values(problem))).value
    except TooLarge:
        return otherwise
    return float("-inf") if found is None else found
