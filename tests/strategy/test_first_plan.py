"""What the LP goes through on the way to a first plan: runs committed, then a search among what the LP uses."""

from __future__ import annotations

import numpy as np
import pytest

from planner.solve.options import Options
from planner.solve.strategy.control import Control
from planner.solve.strategy.dive import Dive
from planner.solve.strategy.kernel import SETTLE, USED, Kernel
from planner.solve.strategy.relaxation import Relaxation
from planner.solve.strategy.tighten import tighten
from tests.closed_forms.builder import run, scenario
from tests.generators import MIDDLE
from tests.strategy.cases import Compiled, compiled, random_case
from tests.strategy.test_guided import feasible


class Dived:
    """A study after its dive: the LP with runs whole, and the starts that stay open."""

    def __init__(self, case: Compiled) -> None:
        self.case, self.matrix = case, tighten(case.matrix)
        self.control = Control(Options(time_limit_s=60.0, threads=1))
        self.relaxation = Relaxation(self.matrix, case.choices, self.control)
        root = self.relaxation.root()
        assert root is not None
        self.root, self.scale = root, case.scale(root.x)
        m, choices = self.matrix, case.choices
        dive = Dive(self.relaxation, choices, self.control, m.lower, m.upper, root, self.scale)
        assert dive.runs()
        self.point, self.upper = dive.point, m.upper.copy()
        starts = choices.starts[0]
        self.upper[starts] = np.maximum(m.lower[starts], np.rint(dive.point.x[starts]))
        self.told: list[tuple[np.ndarray, float]] = []
        self.kernel = Kernel(m, choices, self.control, self.scale, lambda x, value: self.told.append((x, value)))


CASES = ["llama-2023", "newcomer", *range(4)]


@pytest.fixture(scope="module", params=CASES)
def dived(request: pytest.FixtureRequest) -> Dived:
    return Dived(compiled(request.param) if isinstance(request.param, str) else random_case(request.param, MIDDLE))


def test_a_dive_leaves_runs_whole_and_no_better_than_the_lp(dived: Dived) -> None:
    x = dived.point.x[dived.case.choices.starts[0]]
    assert np.abs(x - np.rint(x)).max(initial=0.0) < 1e-6
    assert dived.point.objective <= dived.root.objective + 1e-6 * abs(dived.root.objective)


def test_a_kernel_has_a_plan_of_runs_that_a_dive_chose_and_of_what_its_lp_uses(dived: Dived) -> None:
    found = dived.kernel.search(dived.point.x, dived.upper, SETTLE)
    assert found.x is not None
    assert feasible(dived.case, found.x)
    choices = dived.case.choices
    unused = choices.column[(dived.point.x[choices.column] <= USED) & (dived.matrix.lower[choices.column] <= 0)]
    assert np.abs(found.x[unused]).max(initial=0.0) < 1e-6
    assert found.objective == pytest.approx(-float(dived.matrix.cost @ found.x + dived.matrix.offset))
    assert found.objective <= dived.root.objective + 1e-6 * abs(dived.root.objective)
    assert all(feasible(dived.case, x) and value <= found.objective + 1e-6 for x, value in dived.told)


def test_what_the_lp_does_not_use_is_opened_where_nothing_else_is_a_plan() -> None:
    """A run that must be done, and a point that uses nothing: its kernel is empty, and holds no plan."""
    case = compiled(scenario([6, 6], runs=[run("r", 10, 2, 6, 1.0, must_run=True)]))
    m, control = case.matrix, Control(Options(time_limit_s=60.0, threads=1))
    kernel = Kernel(m, case.choices, control, 1.0, lambda x, value: None)
    found = kernel.search(np.zeros(len(m.columns)), m.upper, SETTLE)
    assert found.x is not None
    assert feasible(case, found.x)
    assert found.x[case.choices.starts[0]].sum() == pytest.approx(1.0)


def test_near_an_interior_point_is_what_has_much_of_its_run(dived: Dived) -> None:
    choices, x = dived.case.choices, np.zeros(len(dived.matrix.columns))
    columns = next(columns for columns in choices.runs.values() if len(columns) >= 3)
    x[columns[:3]] = 0.5, 0.11, 0.09
    near = dived.kernel.near(x)
    assert near[columns].tolist() == [True, True, *[False] * (len(columns) - 2)]
    assert near[~dived.matrix.integer].all()
    assert not near[choices.column[choices.others]].any()
