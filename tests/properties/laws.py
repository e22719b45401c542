"""What the tests of the laws share: how examples are drawn, plans made, documents changed and scaled."""

from __future__ import annotations

import copy
import json
import math
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

import planner
from planner.core.declare import Column
from planner.model.rooms import TABLES
from tests.generators import SMALL, Document, Row, Shape, scenario
from tests.picks import DrawnPick

# `ci`: the same examples every time, shown as they are. PLANNER_LAWS=explore looks for new and more, and shrinks.
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_COMMON = {"deadline": None, "database": None, "print_blob": True, "suppress_health_check": _SLOW}
settings.register_profile("ci", derandomize=True, max_examples=15, phases=[Phase.explicit, Phase.generate], **_COMMON)
settings.register_profile("explore", max_examples=200, **_COMMON)
LAW = settings(settings.get_profile(os.environ.get("PLANNER_LAWS", "ci")))


@st.composite
def scenarios(draw: Callable[[st.SearchStrategy[Any]], Any], shape: Shape = SMALL) -> Document:
    """Random small scenarios, each with a plan."""
    return scenario(DrawnPick(draw), shape)


def changed(document: Document) -> Document:
    """A copy to be changed."""
    return copy.deepcopy(document)


def value(document: Document) -> float:
    """The objective, M$, of the best plan (gap 0, one thread), which has passed the check; -inf if there is none."""
    return _value(json.dumps(document, sort_keys=False))


@lru_cache(maxsize=4096)
def _value(text: str) -> float:
    try:
        plan = planner.load(json.loads(text)).solve(gap=0, threads=1)
    except planner.InfeasibleError:
        return -math.inf
    assert plan.checked and plan.status == "optimal"
    return plan.objective_musd


def same(a: float, b: float, scale: float = 1.0) -> bool:
    """Whether two optima are equal as far as the solver can tell."""
    return a == pytest.approx(b, rel=1e-7, abs=3e-6 * max(1.0, scale))


def no_worse(after: float, before: float) -> bool:
    """Whether an optimum is at least another, as far as the solver can tell."""
    return after >= before or same(after, before)


def scaled(document: Document, factor: Callable[[str, Column, Row], float]) -> Document:
    """A copy whose numbers are multiplied by a factor that depends on table, declared column and row."""
    document = changed(document)
    declared = {table.name: table for table in TABLES}
    for name, rows in document["tables"].items():
        for row in rows:
            for column in declared[name].columns:
                cell = row.get(column.name)
                if column.kind == "number" and cell is not None and (by := factor(name, column, row)) != 1.0:
                    row[column.name] = cell * by
    return document
