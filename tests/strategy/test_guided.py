"""The guided search: never worse, never wrong, and the same again where work limits it."""

from __future__ import annotations

import numpy as np
import pytest

from planner.core.errors import SolverError
from planner.solve.highs import NOBODY, Outcome, solve_matrix
from planner.solve.options import Options
from planner.solve.strategy import guided as guiding
from planner.solve.strategy.guided import Guided
from planner.solve.waiting import Listener, Stand
from tests.cli.slow_scenario import slow_scenario
from tests.generators import SMALL
from tests.strategy.cases import Compiled, compiled, random_case


@pytest.fixture(scope="module")
def llama() -> Compiled:
    return compiled("llama-2023")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compiled(slow_scenario(tmp_path_factory.mktemp("slow")))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compiled(slow_scenario(tmp_path_factory.mktemp("small"), runs=30))


def guided(
    case: Compiled, options: Options, start: dict[int, float] | None = None, listener: Listener = NOBODY
) -> Outcome:
    return Guided(case.matrix, case.choices, options, case.scale).run(start, listener)


def plain(case: Compiled, **options: float) -> Outcome:
    return solve_matrix(case.matrix, Options(threads=1, **options), case.scale)  # type: ignore[arg-type]


def feasible(case: Compiled, x: np.ndarray) -> bool:
    """Whether a point keeps every row and bound, and is whole where it must be."""
    m, reach = case.matrix, 1e-5
    rows = m.a @ x
    size = 1.0 + np.abs(m.a) @ np.abs(x)
    whole = np.abs(x[m.integer] - np.rint(x[m.integer])).max(initial=0.0) < reach
    kept = ((rows >= m.row_lower - reach * size) & (rows <= m.row_upper + reach * size)).all()
    return bool(whole and kept and (x >= m.lower - reach).all() and (x <= m.upper + reach).all())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_it_proves_the_optimum_that_branch_and_cut_proves(seed: int, threads: int) -> None:
    case = random_case(seed, SMALL)
    found, known = guided(case, Options(gap=0.0, threads=threads)), plain(case, gap=0.0)
    assert found.status == known.status == "optimal"
    assert found.x is not None
    assert feasible(case, found.x)
    assert found.objective == pytest.approx(known.objective, rel=1e-6, abs=1e-5)
    assert found.bound == pytest.approx(known.objective, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
def test_plans_only_get_better_and_the_bound_only_closer(threads: int, slow: Compiled) -> None:
    seen: list[Stand] = []
    listener = Listener(on_better=lambda stand: seen.append(stand) or True)
    found = guided(slow, Options(gap=0.0, threads=threads, time_limit_s=8.0), listener=listener)
    assert found.x is not None
    assert len(seen) > 1
    assert all(stand.best is not None and feasible(slow, stand.best) for stand in seen)
    values = [-(slow.matrix.cost @ stand.best + slow.matrix.offset) for stand in seen]  # type: ignore[operator]
    assert values == sorted(values)
    assert found.objective >= values[-1] - 1e-9
    bounds = [stand.progress.bound for stand in seen if stand.progress.bound is not None]
    assert bounds == sorted(bounds, reverse=True)
    assert found.objective <= found.bound <= bounds[-1]


def test_the_bound_is_no_less_than_the_best_plan_known(llama: Compiled) -> None:
    known = plain(llama, gap=0.02)
    found = guided(llama, Options(gap=0.003, threads=2))
    assert found.status == "gap_reached"
    assert found.bound >= known.objective - 1e-5
    assert found.objective <= known.bound + 1e-5
    assert (found.bound - found.objective) / llama.scale(found.x) <= 0.003  # type: ignore[arg-type]


def test_a_limit_on_work_gives_the_same_plan_twice_and_another_seed_another_search(small: Compiled) -> None:
    def searched(seed: int) -> Outcome:
        return guided(small, Options(gap=0.0, threads=2, work_limit=12_000, seed=seed))

    one, other, third = searched(3), searched(3), searched(4)
    assert one.status == other.status == "work_limit"
    assert one.iterations == other.iterations >= 12_000
    assert one.x is not None
    assert other.x is not None
    assert np.array_equal(one.x, other.x)
    assert one.bound == other.bound
    assert third.iterations != one.iterations


def test_a_start_that_fits_is_never_lost(llama: Compiled) -> None:
    known = plain(llama, gap=0.02)
    assert known.x is not None
    start = {int(i): float(np.rint(known.x[i])) for i in llama.choices.column}
    first: list[float] = []
    listener = Listener(lambda progress: first.append(progress.objective) if progress.objective is not None else None)
    found = guided(llama, Options(gap=0.5, threads=1), start, listener)
    assert first[0] >= known.objective - 1e-6
    assert found.objective >= known.objective - 1e-6


def test_a_start_that_does_not_fit_is_passed_over(llama: Compiled) -> None:
    start = {int(i): min(1000.0, float(llama.matrix.upper[i])) for i in llama.choices.column}
    found = guided(llama, Options(gap=0.02, threads=1), start)
    assert found.status == "gap_reached"


def test_what_has_no_plan_is_said_to_have_none() -> None:
    case = random_case(0, SMALL)
    row = int(np.flatnonzero(np.isfinite(case.matrix.row_upper))[0])
    case.matrix.row_upper[row] = -1e9
    case.matrix.row_lower[row] = -np.inf
    known, found = plain(case, gap=0.0), guided(case, Options(gap=0.0, threads=2))
    assert found.status == known.status == "infeasible"
    assert found.x is None


def test_a_value_without_bound_is_said_to_have_none() -> None:
    """Though doing nothing would be a plan."""
    case = random_case(0, SMALL)
    m = case.matrix
    free = int(np.flatnonzero(~m.integer)[0])
    away = np.ones(m.a.shape[1])
    away[free] = 0.0
    m.a.data *= np.repeat(away, np.diff(m.a.indptr))
    m.upper[free], m.cost[free] = np.inf, -1.0
    known, found = plain(case, gap=0.0), guided(case, Options(gap=0.0, threads=1))
    assert found.status == known.status == "unbounded"
    assert found.x is None


def test_an_error_of_the_listener_comes_out(slow: Compiled) -> None:
    def fail(stand: Stand) -> bool:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        guided(slow, Options(gap=0.0, threads=2, time_limit_s=60.0), listener=Listener(on_better=fail))


def test_a_proof_that_its_work_ends_is_no_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guiding, "prove", lambda *_: "stopped")
    monkeypatch.setattr(guiding.Standing, "reached", False)
    found = guided(random_case(0, SMALL), Options(gap=0.0, threads=1, work_limit=10**9))
    assert found.status == "work_limit"


def test_an_error_within_comes_out(slow: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("within")

    monkeypatch.setattr(guiding, "prove", fail)
    with pytest.raises(SolverError, match="within"):
        guided(slow, Options(gap=0.0, threads=2, time_limit_s=60.0))


def test_the_clock_ends_it(slow: Compiled) -> None:
    found = guided(slow, Options(gap=0.0, threads=2, time_limit_s=2.0))
    assert found.status == "time_limit"
    assert found.x is not None
    assert np.isfinite(found.bound)
