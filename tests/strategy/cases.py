"""Matrices to search: bundled and random scenarios, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import planner
from planner.data.derive import Case
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.solve.compile import Matrix, compile_model
from planner.solve.highs import Scale
from planner.solve.search import gross_scale
from planner.solve.strategy.choices import Choices, read_choices
from tests.generators import MIDDLE, Shape, scenario
from tests.picks import SeededPick


@dataclass(frozen=True)
class Compiled:
    """A study compiled, and what its integer columns are."""

    case: Case
    matrix: Matrix
    choices: Choices
    scale: Scale


def compiled(source: Any) -> Compiled:
    """The matrix of a scenario by name, path or document."""
    study = planner.load(source)
    m = assemble(study.case)
    matrix = compile_model(m, ROOMS)
    return Compiled(study.case, matrix, read_choices(matrix, study.case, ROOMS), gross_scale(m, study.case, matrix))


def random_case(seed: int, shape: Shape = MIDDLE) -> Compiled:
    """A random scenario of a few sites, types and runs."""
    return compiled(scenario(SeededPick(str(seed)), shape))
