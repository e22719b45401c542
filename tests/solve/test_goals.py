"""Goals share the time there is; a search that ends before fairness is reached says so."""

from __future__ import annotations

from typing import Any

import pytest

import planner.study
from planner.core.errors import LimitReached
from planner.solve.search import search
from tests.closed_forms.test_teams import shared, two, wants

DOCUMENT = shared("max_min", 10, [wants("a", 10, 1), wants("b", 10, 3)], two())


def test_each_goal_has_a_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Value, two sums and value again: a quarter first, at last all that is left."""
    limits = []

    def noting(matrix: Any, options: Any, *args: Any, **given: Any) -> Any:
        limits.append(options.time_limit_s)
        return search(matrix, options, *args, **given)

    monkeypatch.setattr(planner.study, "search", noting)
    planner.load(DOCUMENT).solve(time_limit=1000)
    assert limits[0] == pytest.approx(250, rel=0.05)
    assert limits[-1] > 800
    assert len(limits) == 4


def test_without_a_plan_that_keeps_fairness_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []

    def ending(*args: Any, **given: Any) -> Any:
        searches.append(1)
        if len(searches) > 1:
            raise LimitReached("no plan was found", "time_limit")
        return search(*args, **given)

    monkeypatch.setattr(planner.study, "search", ending)
    with pytest.raises(LimitReached, match="keeps fairness"):
        planner.load(DOCUMENT).solve()
