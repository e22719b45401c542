"""Which mutants of the model the fast tests notice: `python -m tests.mutation.run [EQUATION ...]`.

Runs the tests marked `mutation_subset` once on the sound model, noting which equations each has rows of and
which of them bind; then every mutant against those tests, likeliest first, until one fails. Golden files take
no part. Every mutant is tried twice: as plans are made, and with the independent check silenced, so that only
a test's own figures can notice. Exit code 0: no mutant survives the first trial.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

import planner.study
from planner.results import read_back
from planner.results.check import CheckReport
from planner.solve.compile import Matrix
from planner.solve.sharing import goals
from tests.mutation.mutants import OBJECTIVE, STAGES, Mutant, all_mutants, mutate

TESTS = Path(__file__).resolve().parents[1]
SELECTION = ["-m", "mutation_subset", *(f"--ignore={TESTS / name}" for name in ("golden", "mutation"))]
QUIET = ["-q", "--no-header", "--no-summary", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist"]


@dataclass
class Touch:
    """What a test does on the sound model: the equations it has rows of, those that bind, how long it takes."""

    equations: set[str] = field(default_factory=set)
    binding: set[str] = field(default_factory=set)
    seconds: float = 0.0


@dataclass
class Verdict:
    """A mutant's fate: the test that failed and the error it failed with, or none."""

    mutant: str
    test: str = ""
    error: str = ""
    tried: int = 0

    def __str__(self) -> str:
        return f"{self.error or 'SURVIVES':15} {self.test or f'{self.tried} tests'}"


@dataclass
class Report:
    """The outcome: what the subset takes when nothing is wrong (CPU s), and what became of each mutant.

    `verdicts` with the independent check, `by_figures` without it.
    """

    tests: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    by_figures: list[Verdict] = field(default_factory=list)

    @property
    def survivors(self) -> list[str]:
        return [verdict.mutant for verdict in self.verdicts if not verdict.test]

    @property
    def unseen_by_figures(self) -> list[str]:
        """Mutants that the independent check alone notices, or nobody."""
        return [verdict.mutant for verdict in self.by_figures if not verdict.test]

    def text(self) -> str:
        lines = [f"subset: {self.tests} tests, {self.seconds:.1f} s of CPU on the sound model"]
        lines += [f"fails on the sound model: {name}" for name in self.failures]
        for name, verdicts, missed in (
            ("caught", self.verdicts, self.survivors),
            ("caught by figures alone, the check silenced", self.by_figures, self.unseen_by_figures),
        ):
            count = f"{len(verdicts) - len(missed)} of {len(verdicts)}"
            lines.append(f"mutants {name}: {count}; survivors: {', '.join(missed) or 'none'}")
        return "\n".join(lines)


class Runner:
    """A pytest plugin: collects the subset, then runs it by its own loop."""

    def __init__(self, only: tuple[str, ...], say: Callable[[str], None]) -> None:
        self.report = Report()
        self._only, self._say = only, say
        self._error = ""

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        self._error = call.excinfo.typename if call.excinfo else ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        touches = {item: self._sound(item) for item in session.items}
        self.report.tests = len(touches)
        self.report.seconds = sum(touch.seconds for touch in touches.values())
        sound = {item: touch for item, touch in touches.items() if item.nodeid not in self.report.failures}
        for mutant in all_mutants(self._only):
            verdict = self._judge(mutant, sound)
            with _replaced(read_back, check_plan=lambda data: CheckReport((), (), (), 0)):
                unaided = self._judge(mutant, sound)
            self._say(f"{verdict.mutant:10} {verdict}\n{'unaided':>10} {unaided}")
            self.report.verdicts.append(verdict)
            self.report.by_figures.append(unaided)
        return True

    def _sound(self, item: pytest.Item) -> Touch:
        touch, began = Touch(), time.process_time()
        with _watched(touch):
            passed = self._passes(item)
        touch.seconds = time.process_time() - began
        if not passed:
            self.report.failures.append(item.nodeid)
        return touch

    def _judge(self, mutant: Mutant, touches: dict[pytest.Item, Touch]) -> Verdict:
        verdict = Verdict(str(mutant))
        able = [item for item, touch in touches.items() if mutant.equation in touch.equations]
        able.sort(key=lambda item: (mutant.equation not in touches[item].binding, touches[item].seconds))
        with _mutated(mutant):
            for item in able:
                verdict.tried += 1
                if not self._passes(item):
                    verdict.test, verdict.error = item.nodeid, self._error
                    break
        return verdict

    def _passes(self, item: pytest.Item) -> bool:
        self._error = ""
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


@contextmanager
def _replaced(module: ModuleType, **functions: Any) -> Iterator[None]:
    """Functions as a module that strings steps of a solve together sees them, replaced for a while."""
    kept = {name: vars(module)[name] for name in functions}
    vars(module).update(functions)
    try:
        yield
    finally:
        vars(module).update(kept)


@contextmanager
def _watched(touch: Touch) -> Iterator[None]:
    """Note the equations of every model that is solved, and which bind at the plan found."""
    search = planner.study.search

    def watching(matrix: Matrix, *args: Any, **options: Any) -> Any:
        touch.equations |= {row.equation for row in matrix.rows} | {OBJECTIVE}
        found = search(matrix, *args, **options)
        if found.x is not None:
            activity = matrix.a @ found.x
            slack = np.minimum(activity - matrix.row_lower, matrix.row_upper - activity)
            tight = np.flatnonzero(slack <= 1e-6 * (1.0 + np.abs(activity)))
            touch.binding |= {matrix.rows[i].equation for i in tight.tolist()} | {OBJECTIVE}
        return found

    with _replaced(planner.study, search=watching):
        yield


@contextmanager
def _mutated(mutant: Mutant) -> Iterator[None]:
    """Every model compiled, or for rows of goals every model extended by them, with the mutant's change."""
    of_goals = mutant.equation in STAGES
    module, name = (goals, "extended") if of_goals else (planner.study, "compile_model")
    make = vars(module)[name]

    def mutating(*args: Any) -> Matrix:
        return mutate(make(*args), mutant)

    with _replaced(module, **{name: mutating}):
        yield


def run(only: tuple[str, ...] = (), say: Callable[[str], None] = print) -> Report:
    """Run the subset on the sound model and on every mutant (of some equations, or all)."""
    runner = Runner(only, say)
    pytest.main([str(TESTS), *SELECTION, *QUIET], plugins=[runner])
    return runner.report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("equation", nargs="*", help="only these equations; default: all")
    parser.add_argument("--json", type=Path, help="write the report to this file")
    args = parser.parse_args()
    report = run(tuple(args.equation), lambda line: print(line, flush=True))
    if args.json:
        found = {"survivors": report.survivors, "unseen_by_figures": report.unseen_by_figures, **asdict(report)}
        args.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(report.text())
    return 0 if report.verdicts and not report.survivors and not report.failures else 1


if __name__ == "__main__":
    sys.exit(main())
