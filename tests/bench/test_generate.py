"""The generated studies: the same seed gives the same bytes; what it gives is valid, of its size and worth a solve."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import planner
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.solve.compile import compile_model
from planner.solve.highs import solve_lp
from planner.solve.options import Options
from tests.bench.generate import SIZES, document, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("generated") / "s", "S", seed=0)


@pytest.fixture(scope="module")
def study(folder: Path) -> planner.Study:
    return planner.load(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert contents(write(tmp_path / "again", "S", seed=0)) == contents(folder)
    assert contents(write(tmp_path / "other", "S", seed=1)) != contents(folder)


def test_the_folder_and_the_mapping_are_the_same_study(study: planner.Study) -> None:
    assert planner.load(document("S", seed=0)).inputs.to_json() == study.inputs.to_json()


def test_every_row_is_an_assumption(study: planner.Study) -> None:
    counts = study.inputs.document["provenance"]
    assert counts["assumed"] > 0
    assert (counts["sourced"], counts["unstated"]) == (0, 0)


@pytest.mark.parametrize("size", SIZES)
def test_there_is_as_much_as_the_size_says(size: str) -> None:
    asked, made = SIZES[size], document(size)
    counts = [len(made["tables"][table]) for table in ("runs", "sites", "accelerators", "teams", "streams")]
    assert counts == [asked.runs, asked.sites, asked.types, asked.teams, asked.streams]
    assert made["calendar"]["periods"] == f"{asked.quarters}x3"


@pytest.mark.parametrize("size", SIZES)
def test_the_runs_of_a_team_grow_by_two_to_five_a_year(size: str) -> None:
    """The largest run of a year is the first team's flagship: only it draws no share of one."""
    largest: dict[str, float] = {}
    for run in document(size)["tables"]["runs"]:
        if run["team"] == "team_1":
            year = run["earliest"][:4]
            largest[year] = max(largest.get(year, 0.0), run["flop_zflop"])
    sizes = [largest[year] for year in sorted(largest)]
    assert len(sizes) == SIZES[size].quarters // 4
    assert all(2.0 <= after / before <= 5.0 for before, after in pairwise(sizes))


def test_every_run_can_be_done_and_every_type_ordered(study: planner.Study) -> None:
    assert set(study.case.candidates["run"]) == set(study.case.runs)
    assert {g for g, _ in study.case.orders} == set(study.case.accelerators)


def test_slots_of_a_month_offer_more_starts(study: planner.Study) -> None:
    monthly = planner.load(document("S", seed=0, slot_months=1)).case.candidates
    early = set(monthly[monthly["start"] < 24]["start"])
    assert early > set(study.case.candidates["start"][study.case.candidates["start"] < 24])
    later = monthly[monthly["start"] >= 24]["start"]
    assert set(later % 3) == {0}, "quarterly after two years"


def test_what_can_be_had_does_not_reach_for_all(study: planner.Study) -> None:
    """In the relaxation half to nine tenths of the runs are admitted; budgets, power and supply bind."""
    m = assemble(study.case)
    matrix = compile_model(m, ROOMS)
    found = solve_lp(matrix, Options(threads=1), {})
    assert found.x is not None and found.row_dual is not None
    at, start = matrix.positions(), m.need("start")
    admitted = sum(found.x[at[id(start[c])]] for c in range(len(study.case.candidates))) / len(study.case.runs)
    assert 0.5 <= admitted <= 0.9
    tight = [row for row, price in zip(matrix.rows, found.row_dual, strict=True) if abs(price) > 1e-6]
    assert len({row.index for row in tight if row.equation == "B1"}) >= 3
    assert len({row.index[0] for row in tight if row.equation == "P2"}) >= 2
    assert [row for row in tight if row.equation == "F2"]
