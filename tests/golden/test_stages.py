"""Every row that a goal adds to the model is one of its golden file, for a small study under each policy."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner.study
from planner.solve.compile import Matrix
from planner.solve.search import search
from planner.solve.sharing import policies, stages
from tests.closed_forms.builder import accelerator, date, fleet, run, scenario
from tests.closed_forms.test_teams import wants
from tests.golden.writer import _natural, _sum, variable_name

HERE = Path(__file__).parent / "stages"
POLICY = {"S1": "max_min", "S2": "sharing_incentive", "S3": "alpha_fair", "S4": "max_min", "S5": "priority",
          "S6": "priority"}  # fmt: skip


def document(policy: str) -> dict[str, Any]:
    """Four x1 stand, more are bought in fours. a has a run that may start in two months, b, which counts three times, a
    stream; half of value may be given up for fairness, a hundredth for less spend; a tenth more may be spent.
    """
    row, segment = wants("b", 10, 0.02)
    return scenario(
        [6, 6],
        fleet=[fleet(4)],
        accelerators=[accelerator(lot_size=4)],
        teams=[{"team": "a", "share": 0.5, "priority": 2}, {"team": "b", "share": 0.5, "weight": 3}],
        runs=[run("r", 4, 6, 0, 1.0, team="a", latest=date(1), value_loss_per_month=0.1)],
        streams=[row],
        stream_segments=[segment],
    ) | {"sharing": {"policy": policy, "alpha": 2, "value_given_up": 0.5, "spend_more": 0.1, "spend_within": 0.01}}


@cache
def rows(policy: str) -> dict[str, list[str]]:
    """The rows of goals in the last search of a study, by number."""
    seen: list[Matrix] = []

    def noting(matrix: Matrix, *args: Any, **given: Any) -> Any:
        seen.append(matrix)
        return search(matrix, *args, **given)

    study = planner.load(document(policy))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner.study, "search", noting)
        patch.setattr(policies, "STEP", 10.0)  # tangents at 0.01, 0.1, 1, 10 and 100
        study.solve()
    matrix, found = seen[-1], {equation.number: list[str]() for equation in stages.EQUATIONS}
    by_row = matrix.a.tocsr()
    for i, row in enumerate(matrix.rows):
        if row.equation in found:
            part = slice(by_row.indptr[i], by_row.indptr[i + 1])
            terms = zip(by_row.indices[part].tolist(), by_row.data[part].tolist(), strict=True)
            named = sorted(((_name(study.case, matrix, c), _short(a)) for c, a in terms), key=lambda t: _natural(t[0]))
            assert matrix.row_upper[i] == np.inf
            found[row.equation].append(f"{row}: {_sum(named)} >= {_short(matrix.row_lower[i]):g}")
    return found


def _name(case: Any, matrix: Matrix, column: int) -> str:
    if matrix.columns[column] is None:
        return f"added[{matrix.names[column][2]}]"
    return variable_name(case, matrix.columns[column])


def _short(value: float) -> float:
    """As far as an optimum can be told: to five digits, and nothing below 1e-9."""
    return float(f"{value:.5g}") if abs(value) > 1e-9 else 0.0


@pytest.mark.parametrize("number", POLICY)
def test_rows_are_those_of_the_golden_file(number: str, update_golden: bool) -> None:
    found = rows(POLICY[number])[number]
    assert found, f"no row of {number}"
    golden = HERE / f"{number}.lp"
    if update_golden:
        golden.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8").splitlines()


def test_every_number_has_its_sentence_its_formula_and_its_file() -> None:
    numbers = [equation.number for equation in stages.EQUATIONS]
    assert set(re.findall(r"^ +\(([A-Z]\d+)\) ", stages.__doc__ or "", re.MULTILINE)) == set(numbers)
    assert all(f"| {equation.number} | {equation.sentence} |" in stages.page() for equation in stages.EQUATIONS)
    assert sorted(path.stem for path in HERE.glob("*.lp")) == numbers == list(POLICY)


@pytest.mark.parametrize("policy", policies.POLICIES)
def test_a_row_of_goals_is_numbered_and_indexed_as_declared(policy: str) -> None:
    parts = {equation.number: len(equation.over) for equation in stages.EQUATIONS}
    for number, some in rows(policy).items():
        for row in some:
            index = row.partition("[")[2].partition("]")[0]
            assert len([part for part in index.split(", ") if part]) == parts[number], row
