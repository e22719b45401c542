"""What each kind of neighbourhood frees."""

from __future__ import annotations

import dataclasses
from itertools import compress

import numpy as np
import pytest

from planner.solve.strategy.choices import Choices
from planner.solve.strategy.neighbourhoods import DRAWS, Around
from tests.strategy.cases import compiled, random_case


def around(choices: Choices, size: int = 40, seed: int = 0) -> Around:
    """Round a plan that starts the first run at its first start and builds nothing."""
    plan = np.zeros(len(choices.column))
    runs = list(choices.runs.values())
    if runs:
        plan[np.isin(choices.column, runs[0][:1])] = 1.0
    return Around(choices, plan, np.full(len(plan), 0.5), size, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def llama() -> Choices:
    return compiled("llama-2023").choices


@pytest.mark.parametrize("kind", DRAWS)
def test_something_is_freed_and_a_larger_size_frees_more(kind: str, llama: Choices) -> None:
    small = [DRAWS[kind](around(llama, 40, seed)).sum() for seed in range(20)]
    large = [DRAWS[kind](around(llama, 800, seed)).sum() for seed in range(20)]
    assert min(small) > 0
    assert np.mean(small) < np.mean(large)


@pytest.mark.parametrize("kind", ["places", "months", "types"])
def test_a_run_that_stays_outside_starts_nowhere_inside(kind: str, llama: Choices) -> None:
    """Otherwise it could be done twice, and the neighbourhood would be full of starts that cannot be."""
    for seed in range(20):
        a = around(llama, 200, seed)
        free = DRAWS[kind](a)
        held = set(llama.run[(a.plan > 0.5) & ~free & (llama.run != "")])
        assert not held & set(llama.run[free & (llama.run != "")])


@pytest.mark.parametrize("kind", DRAWS)
def test_where_there_are_no_runs_modules_are_freed(kind: str) -> None:
    """Streams alone may ask for all that is built."""
    choices = random_case(4).choices
    keep = choices.others
    values = [getattr(choices, field.name) for field in dataclasses.fields(choices)]
    kept = [tuple(compress(v, keep)) if isinstance(v, tuple) else v[keep] for v in values]
    without = Choices(*kept)
    assert not without.runs
    a = around(without)
    a.relaxed[:] = 0.5
    assert DRAWS[kind](a).any()
