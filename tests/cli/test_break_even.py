"""`planner break-even`: the value, what flips there, and questions that have no answer."""

from __future__ import annotations

import pytest

import planner
from tests.cli.conftest import Planner


def test_what_it_finds_is_what_the_library_finds(command: Planner) -> None:
    said = command("break-even", "tiny", "runs.b.value_musd", "--low", 0, "--high", 150, "--json").json
    found = planner.break_even(planner.load("tiny"), "runs.b.value_musd", 0, 150)
    assert said["value"] == pytest.approx(found.value, abs=1e-6) and said["certified"]
    assert (said["below"], said["above"]) == ({"b": False}, {"b": True})


def test_in_words(command: Planner) -> None:
    """As a factor on what it holds, with another input changed."""
    given = ("--low", 0.1, "--high", 1, "--factor", "--of", "b", "--set", "runs.b.value_musd=150")
    said = command("break-even", "tiny", "runs.b.value_musd", *given)
    assert said.code == 0, said.err
    assert said.out.startswith("runs.b.value_musd = *0.518") and "  b: no -> yes\nProven" in said.out


def test_a_gap_is_said_to_leave_it_open(command: Planner) -> None:
    said = command("break-even", "tiny", "runs.b.value_musd", "--low", 0, "--high", 150, "--gap", 0.5)
    assert said.code == 0, said.err
    assert "Proven" in said.out or "Not proven: to either side another plan may be better by up to" in said.out


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (("--low", 140, "--high", 150), 2, "the decision is the same"),
        (("--low", 2, "--high", 1), 2, "must be below high"),
        (("--low", 0, "--high", 150, "--of", "zz"), 2, "zz is nothing that the plan decides"),
        (("--low", 0, "--high", 150, "--tolerance", "nan"), 2, "is not a finite number"),
        (("--low", "nan", "--high", 150), 2, "is not a finite number"),
        (("--low", 0), 2, "--high"),
    ],
)
def test_questions_without_an_answer(command: Planner, given: tuple[object, ...], code: int, words: str) -> None:
    said = command("break-even", "tiny", "runs.b.value_musd", *given)
    assert said.code == code and words in said.err


def test_an_input_that_is_none(command: Planner) -> None:
    said = command("break-even", "tiny", "runs.b.walue_musd", "--low", 0, "--high", 1)
    assert said.code == 3 and "value_musd" in said.err
