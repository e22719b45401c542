"""Break-even: the value of one input at which the best plan decides otherwise, or from which it is worth something."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scipy.optimize import brentq

from planner.core.errors import SolverError
from planner.core.interrupts import unbroken
from planner.results.plan import Plan
from planner.results.starts import start_values
from planner.solve.highs import solve_lp
from planner.solve.options import Options
from planner.study import Study

MOST_ROUNDS = 50
NOTHING = 1e-6  # M$: no plan is better than another by less
SAME = 1e-9  # of a plan's worth: what sums in another order may differ by
WHOLE = 0.5
FAR = 1e12  # stands for the loss of a plan that breaks a limit
DECIDED = {"programme": "programme_option", "run": "run_status", "running": "running_status"}


@dataclass(frozen=True)
class BreakEven:
    """Where a decision flips.

    Attributes
    ----------
    value
        Of the input, to `tolerance`: `below` is best up to it, `above` from there on.
    below, above
        A plan of each side; worth the same at `value`, or one of them breaks a limit beyond it.
    better_musd
        Half a tolerance to either side of `value` (farther where a limit forbids a plan so narrowly that the solver
        fails) no plan is worth more than this above its own: 0 up to the solver's tolerance where the searches were
        carried through.
    """

    path: str
    value: float
    below: Plan
    above: Plan
    better_musd: float

    @property
    def certified(self) -> bool:
        """Whether it is proven that each of the two is best on its side."""
        return self.better_musd <= _noise(self.below)


def break_even(
    study: Study,
    path: str,
    low: float,
    high: float,
    *,
    of: str | None = None,
    factor: bool = False,
    tolerance: float = 1e-6,
    gap: float = 0.0,
    time_limit: float | None = None,
) -> BreakEven:
    """The value of an input between `low` and `high` at which the best plan decides otherwise.

    Two plans, the best at either end, are evaluated as the input changes, their integer decisions kept, until they are
    worth the same or a limit forbids one; then the best plan to either side is sought. If it is no better, that is the
    break-even; else it takes the place of the one that decides as it does, and so on. Every round ends with a better
    plan, so there are few. A limit that forbids a plan is known to the solver's 1e-7 of its unit.

    Parameters
    ----------
    study
        The study.
    path
        Of the input, as in `Study.with_`.
    low, high
        Where to look, in the input's unit; at both ends a plan must exist.
    of
        The programme, run, run in progress or level whose decision is meant (see `decision`); default: any.
    factor
        `low` and `high` are factors on what the path holds instead of values to set.
    tolerance
        Of the value found.
    gap
        Share of gross value to which every plan is sought; above 0 few results are certified (see `better_musd`).
    time_limit
        Of every search, s.

    Raises
    ------
    ValueError
        The decision is the same at both ends, or flips to and fro; `of` names nothing that is decided; low is not below
        high, or tolerance not above 0.
    InputError
        The path names nothing, or cannot hold such values.
    InfeasibleError, LimitReached, SolverError
        As of `Study.solve`.
    """
    at, best = _along(study, path, low, high, tolerance, factor, gap, time_limit)
    below, above = best(low), best(high)
    before = decision(below, of)
    if before == decision(above, of):
        raise ValueError(f"the decision is the same at {path} = {low:g} and {high:g}")
    for _ in range(MOST_ROUNDS):
        x = _crossing(_difference(at, below, above), low, high, tolerance)
        better = 0.0
        for end, kept in ((low, below), (high, above)):
            here, found = _beside(best, x, end, tolerance / 2)
            worth = kept_value(at(here), kept)
            if found.objective_musd > worth + SAME * max(1.0, abs(worth)):
                if decision(found, of) == before:
                    low, below = here, found
                else:
                    high, above = here, found
                break
            better = max(better, found.bound_musd - worth)
        else:
            return BreakEven(path, x, below, above, better)
    raise ValueError(f"no end after {MOST_ROUNDS} rounds: the decision may flip more than once between the ends")


@dataclass(frozen=True)
class PaysFrom:
    """Where the best plan ceases to be worth less than nothing.

    Attributes
    ----------
    value
        Of the input, to `tolerance`: `plan` is worth nothing there, or a limit forbids it, and more beyond.
    least
        Of the input: here it is proven that no plan is worth more than nothing, so the break-even lies between the two.
    plan
        The plan that pays beyond `value`.
    """

    path: str
    value: float
    least: float
    plan: Plan


def pays_from(
    study: Study,
    path: str,
    low: float,
    high: float,
    *,
    factor: bool = False,
    gap: float | None = None,
    tolerance: float = 1e-6,
    time_limit: float | None = None,
) -> PaysFrom:
    """The value of an input between `low` and `high` from which the best plan's net value is positive.

    For studies in which something must be done: where all may be refused, no plan is worth less than nothing. A plan
    is kept and the input moved until it is worth nothing; if the best plan there is worth more, it is kept instead
    (Dinkelbach, Management Science 13, 1967). Then the input is moved on, by twice what the bound leaves open, until
    the bound is nothing.

    Parameters
    ----------
    study, path, low, high, factor, tolerance, time_limit
        As of `break_even`; at one end a plan must be worth something, at the other none.
    gap
        To which every plan is sought; default: the study's.

    Raises
    ------
    ValueError
        Plans are worth something at both ends, or at neither, or no end is found; low is not below high.
    InputError, InfeasibleError, LimitReached, SolverError
        As of `break_even`.
    """
    at, best = _along(study, path, low, high, tolerance, factor, gap, time_limit)
    ends = {x: best(x) for x in (low, high)}
    pays = [x for x, plan in ends.items() if plan.objective_musd > _noise(plan)]
    if len(pays) != 1:
        raise ValueError(f"the best plan is worth something at {'both' if pays else 'neither'} of {low:g} and {high:g}")
    good, bad = pays[0], low if pays[0] == high else high
    plan = ends[good]
    for _ in range(MOST_ROUNDS):
        x = _nothing(lambda x, kept=plan: kept_value(at(x), kept), good, bad, tolerance)  # type: ignore[misc]
        found = best(x)
        if found.objective_musd <= _noise(found):
            break
        plan, good = found, x
    else:
        raise ValueError(f"no end after {MOST_ROUNDS} rounds: every plan found is bettered where it is worth nothing")
    gain = abs((ends[pays[0]].objective_musd - found.objective_musd) / (pays[0] - x))
    return PaysFrom(path, x, _proven(best, x, bad, max(tolerance, 2.0 * found.bound_musd / gain)), plan)


def _along(
    study: Study, path: str, low: float, high: float, tolerance: float,
    factor: bool, gap: float | None, time_limit: float | None,
) -> tuple[Callable[[float], Study], Callable[[float], Plan]]:  # fmt: skip
    """The study at a value of the input, and the best plan there."""
    if not low < high or not tolerance > 0:
        raise ValueError(f"low {low} must be below high {high}, and tolerance {tolerance} above 0")

    def at(x: float) -> Study:
        return study.with_({path: f"*{x!r}" if factor else x})

    return at, lambda x: unbroken(lambda: at(x).solve(gap=gap, time_limit=time_limit))


def _noise(plan: Plan) -> float:
    return NOTHING * max(1.0, abs(float(plan.data.attrs["scale_musd"])))


def _nothing(worth: Callable[[float], float], good: float, bad: float, tolerance: float) -> float:
    """Where a plan worth something at `good` is worth nothing, or `bad`, if it is worth something there too."""
    if worth(bad) >= 0.0:
        return bad
    return float(brentq(lambda x: max(worth(x), -FAR), min(good, bad), max(good, bad), xtol=tolerance / 10, rtol=1e-15))


def _proven(best: Callable[[float], Plan], x: float, bad: float, step: float) -> float:
    """Beyond x, towards `bad`: where it is proven that no plan is worth more than nothing."""
    while True:
        here = max(bad, x - step) if bad < x else min(bad, x + step)
        there = best(here)
        if there.bound_musd <= _noise(there):
            return here
        if here == bad:
            raise ValueError(f"at {bad:g} it is not proven that no plan is worth anything: a smaller gap may tell")
        step *= 2.0


def decision(plan: Plan, of: str | None = None) -> Any:
    """What a plan decides: a programme's option, whether a run runs, one in progress is kept, a level is invested in.

    Parameters
    ----------
    plan
        The plan.
    of
        A programme, run, run in progress or level (`programme.level`); default: all of them, by name.

    Raises
    ------
    ValueError
        `of` names none of them.
    """
    decided: dict[str, Any] = {}
    for dim, name in DECIDED.items():
        if name in plan.data:
            for label, said in plan.data[name].to_series().items():
                decided[str(label)] = said if dim != "run" else said != "refused"
    if "efficiency_ready" in plan.data:
        invested = plan.data["efficiency_ready"].sum("slot").to_series() > WHOLE
        decided |= {str(level): bool(taken) for level, taken in invested.items()}
    if of not in (None, *decided):
        raise ValueError(f"{of} is nothing that the plan decides: that is {', '.join(decided)}")
    return decided if of is None else decided[of]


def kept_value(study: Study, plan: Plan) -> float:
    """Net value, M$, of a plan's integer decisions under a study's inputs; minus infinity if they break a limit."""
    m, matrix = study._compiled({})
    fixed = start_values(plan.data, m, study.case, study._rooms, matrix)
    return solve_lp(matrix, Options.of(study.inputs.settings("solve")), fixed).objective


def _beside(best: Callable[[float], Plan], x: float, end: float, step: float) -> tuple[float, Plan]:
    """The best plan a step from `x` towards an end; farther on where the solver is in doubt about a limit."""
    while True:
        here = max(end, x - step) if end <= x else min(end, x + step)
        try:
            return here, best(here)
        except SolverError:
            if here == end:
                raise
            step *= 10


def _difference(at: Callable[[float], Study], below: Plan, above: Plan) -> Callable[[float], float]:
    def by_how_much(x: float) -> float:
        study = at(x)
        mine, theirs = kept_value(study, below), kept_value(study, above)
        if math.isinf(mine) or math.isinf(theirs):
            return FAR * ((mine > theirs) - (mine < theirs))
        return mine - theirs

    return by_how_much


def _crossing(by_how_much: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Where a plan that is best at `low` ceases to be better than one that is best at `high`."""
    if by_how_much(low) <= 0.0:
        return low
    if by_how_much(high) >= 0.0:
        return high
    return float(brentq(by_how_much, low, high, xtol=tolerance / 10, rtol=1e-15, maxiter=200))
