"""Which integers to free round a plan: everything at some places, in some months, of some types, of some runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.solve.compile import Vector
from planner.solve.strategy.choices import Choices

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Around:
    """What a neighbourhood is drawn from: the choices, a plan's and the relaxation's values of them, a size."""

    choices: Choices
    plan: Vector
    relaxed: Vector
    size: int
    random: np.random.Generator


Draw = Callable[[Around], Mask]


def places(a: Around) -> Mask:
    """All that is built at a few places, and the runs there or refused, within them."""
    chosen: set[str] = set()
    free = np.zeros(len(a.plan), bool)
    for place in a.random.permutation(a.choices.all_places):
        chosen.add(str(place))
        inside = np.fromiter((bool(at) and at <= chosen for at in a.choices.places), bool, len(a.plan))
        grown = (a.choices.others & inside) | (inside & _movable(a, inside))
        if free.any() and grown.sum() > a.size:
            break
        free = grown
    return free


def months(a: Around) -> Mask:
    """What arrives in a window of months, and the runs that start in it or are refused, within it."""
    c = a.choices
    middle = int(a.random.choice(c.start))
    far = np.abs(c.start - middle)
    free = far <= 0
    for width in np.unique(far):
        inside = far <= width
        grown = (c.others & inside) | (inside & _movable(a, inside))
        if free.any() and grown.sum() > a.size:
            break
        free = grown
    return free


def types(a: Around) -> Mask:
    """The orders of a few types and all that carries them, and the runs on them or refused, on them."""
    c = a.choices
    names = [name for name in np.unique(c.accelerator) if name]
    free = np.zeros(len(a.plan), bool)
    chosen: list[str] = []
    for name in a.random.permutation(names):
        chosen.append(str(name))
        inside = np.isin(c.accelerator, chosen)
        grown = (c.others & inside) | (inside & _movable(a, inside))
        if free.any() and grown.sum() > a.size:
            break
        free = grown
    spare = np.flatnonzero(c.others & ~free & (c.accelerator == ""))
    free[a.random.permutation(spare)[: max(0, a.size - int(free.sum()))]] = True
    return free


def runs(a: Around) -> Mask:
    """Some runs with every start they have, refused ones foremost, and what is built in their months."""
    c = a.choices
    kept = {run: bool(a.plan[np.isin(c.column, columns)].any()) for run, columns in c.runs.items()}
    refused, admitted = [r for r, on in kept.items() if not on], [r for r, on in kept.items() if on]
    mixed = [*a.random.permutation(refused)[: 1 + len(refused) // 2], *a.random.permutation(admitted)]
    return _with_modules(a, [str(run) for run in mixed])


def large_runs(a: Around) -> Mask:
    """The runs of most worth with every start they have, and what is built in their months."""
    order = list(a.choices.runs)
    first = order[: max(3, len(order) // 4)]
    return _with_modules(a, [str(run) for run in a.random.permutation(first)])


def built(a: Around) -> Mask:
    """All that is built, round runs that stay."""
    spots = np.flatnonzero(a.choices.others)
    free = np.zeros(len(a.plan), bool)
    free[a.random.permutation(spots)[: 4 * a.size]] = True
    return free


def disputed(a: Around) -> Mask:
    """Where the plan and the relaxation differ (RINS; Danna, Rothberg and Le Pape 2005)."""
    apart = np.flatnonzero(np.abs(a.plan - a.relaxed) > 1e-6)
    free = np.zeros(len(a.plan), bool)
    free[a.random.permutation(apart)[: 2 * a.size]] = True
    return free


DRAWS: dict[str, Draw] = {draw.__name__: draw for draw in (places, months, types, runs, large_runs, built, disputed)}


def _movable(a: Around, inside: Mask) -> Mask:
    """The starts of runs that the plan has inside, or nowhere."""
    c, on = a.choices, a.plan > 0.5
    fixed = set(c.run[~c.others & on & ~inside].tolist())
    return np.fromiter((bool(run) and run not in fixed for run in c.run), bool, len(c.run))


def _with_modules(a: Around, wanted: list[str]) -> Mask:
    """Runs in order, up to half the size; then what arrives in their months, at random, up to the size."""
    c = a.choices
    free = np.zeros(len(a.plan), bool)
    for run in wanted:
        mine = c.run == run
        if free.any() and free.sum() + mine.sum() > a.size / 2:
            break
        free |= mine
    if not free.any():  # no runs, or none that fits the size
        return built(a)
    first, last = c.start[free].min(), c.finish[free].max()
    spots = np.flatnonzero(c.others & (c.start >= first - 12) & (c.start <= last))
    free[a.random.permutation(spots)[: max(a.size // 2, a.size - int(free.sum()))]] = True
    return free
