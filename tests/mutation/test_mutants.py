"""No mutant of the model survives the fast tests, and the mutants are what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from planner.model.rooms import ROOMS
from planner.solve.compile import Matrix, compile_model
from tests.golden.models import built
from tests.mutation.mutants import EQUATIONS, Mutant, mutate

ROOT = Path(__file__).resolve().parents[2]


def test_every_mutant_is_caught(tmp_path: Path) -> None:
    """All of them, flipped and deleted, in a process of their own; each stops at the first test that fails."""
    target = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation.run", "--json", str(target)],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert target.is_file(), done.stdout + done.stderr
    report = json.loads(target.read_text(encoding="utf-8"))
    print(done.stdout)
    assert [verdict["mutant"] for verdict in report["verdicts"]] == [
        f"{number} {change}" for number in EQUATIONS for change in ("flip", "delete")
    ]
    assert report["failures"] == []
    assert report["survivors"] == []
    assert report["unseen_by_figures"] == []  # the figures do not lean on the independent check
    assert report["seconds"] < 60


def _matrix(fixture: str) -> Matrix:
    return compile_model(built(fixture).model, ROOMS)


@pytest.mark.parametrize(("fixture", "number"), [(room.name, e.number) for room in ROOMS for e in room.equations])
def test_a_mutant_changes_the_rows_of_its_equation_and_no_other(fixture: str, number: str) -> None:
    sound = _matrix(fixture)
    for change in ("flip", "delete"):
        mutant = mutate(sound, Mutant(number, change))
        changed = (
            (sound.row_lower != mutant.row_lower)
            | (sound.row_upper != mutant.row_upper)
            | (abs(sound.a - mutant.a).sum(axis=1) > 0)
        )
        assert {sound.rows[i].equation for i in np.flatnonzero(changed)} == ({number} if number != "O1" else set())
        assert sum(row.equation == number for row in sound.rows) == changed.sum()
        assert (not np.array_equal(sound.cost, mutant.cost)) == (number == "O1")


def test_a_flipped_row_is_reversed() -> None:
    """`<=` becomes `>=`, a lower bound an upper one, an equality that of the negated side or first term."""
    for fixture, number in (("fleet", "F1"), ("streams", "D6"), ("power", "P3"), ("budgets", "B1")):
        sound = _matrix(fixture)
        mutant = mutate(sound, Mutant(number, "flip"))
        for i, row in enumerate(sound.rows):
            if row.equation != number:
                continue
            before, after = (
                (float(m.row_lower[i]), float(m.row_upper[i]), m.a[[i], :].toarray().ravel()) for m in (sound, mutant)
            )
            if before[0] != before[1]:
                assert after[:2] == ((before[1], np.inf) if np.isfinite(before[1]) else (-np.inf, before[0]))
            elif before[0]:
                assert after[:2] == (-before[0], -before[0])
            else:
                first = np.flatnonzero(before[2])[0]
                assert after[2][first] == -before[2][first]
                assert np.count_nonzero(before[2] != after[2]) == 1
