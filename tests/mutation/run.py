"""Which mutants of the model the fast tests notice: `python -m tests.mutation.run [--unchecked] [EQUATION ...]`.

Runs the tests marked `mutation_subset` once on the sound model, noting which equations each has rows of and
which of them bind; then every mutant against those tests, likeliest first, until one fails. Golden files take
no part. With `--unchecked` the independent check says nothing, so that only a test's own figures can notice.
Exit code 0: no survivors.
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
from typing import Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

import planner.study
from planner.results.check import CheckReport
from planner.solve.compile import Matrix
from tests.mutation.mutants import OBJECTIVE, Mutant, all_mutants, mutate

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
    seconds: float = 0.0


@dataclass
class Report:
    """The outcome: how long the subset takes when nothing is wrong, and what became of each mutant."""

    subset_tests: int = 0
    subset_seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def survivors(self) -> list[str]:
        return [verdict.mutant for verdict in self.verdicts if not verdict.test]


class Runner:
    """A pytest plugin: collects the subset, then runs it by its own loop."""

    def __init__(self, only: tuple[str, ...], checked: bool, say: Callable[[str], None]) -> None:
        self.report = Report()
        self._only, self._checked, self._say = only, checked, say
        self._error = ""

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        self._error = call.excinfo.typename if call.excinfo else ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        touches = {item: self._sound(item) for item in session.items}
        self.report.subset_tests = len(touches)
        self.report.subset_seconds = sum(touch.seconds for touch in touches.values())
        sound = {item: touch for item, touch in touches.items() if item.nodeid not in self.report.failures}
        with _check_silenced(not self._checked):
            for mutant in all_mutants(self._only):
                self.report.verdicts.append(self._judge(mutant, sound))
        return True

    def _sound(self, item: pytest.Item) -> Touch:
        touch, began = Touch(), time.perf_counter()
        with _watched(touch):
            passed = self._passes(item)
        touch.seconds = time.perf_counter() - began
        if not passed:
            self.report.failures.append(item.nodeid)
        return touch

    def _judge(self, mutant: Mutant, touches: dict[pytest.Item, Touch]) -> Verdict:
        began, verdict = time.perf_counter(), Verdict(str(mutant))
        able = [item for item, touch in touches.items() if mutant.equation in touch.equations]
        able.sort(key=lambda item: (mutant.equation not in touches[item].binding, touches[item].seconds))
        with _mutated(mutant):
            for item in able:
                verdict.tried += 1
                if not self._passes(item):
                    verdict.test, verdict.error = item.nodeid, self._error
                    break
        verdict.seconds = round(time.perf_counter() - began, 3)
        self._say(f"{verdict.mutant:10} {verdict.error or 'SURVIVES':16} {verdict.test or f'{verdict.tried} tests'}")
        return verdict

    def _passes(self, item: pytest.Item) -> bool:
        self._error = ""
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


@contextmanager
def _replaced(**functions: Any) -> Iterator[None]:
    """Functions of the study, which strings the steps of a solve together, replaced for a while."""
    kept = {name: vars(planner.study)[name] for name in functions}
    vars(planner.study).update(functions)
    try:
        yield
    finally:
        vars(planner.study).update(kept)


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

    with _replaced(search=watching):
        yield


@contextmanager
def _mutated(mutant: Mutant) -> Iterator[None]:
    compile_model = planner.study.compile_model

    def mutating(*args: Any) -> Matrix:
        return mutate(compile_model(*args), mutant)

    with _replaced(compile_model=mutating):
        yield


@contextmanager
def _check_silenced(silenced: bool) -> Iterator[None]:
    if not silenced:
        yield
        return
    with _replaced(check_plan=lambda data: CheckReport((), (), (), 0)):
        yield


def run(only: tuple[str, ...] = (), *, checked: bool = True, say: Callable[[str], None] = print) -> Report:
    """Run the subset on the sound model and on every mutant (of some equations, or all)."""
    runner = Runner(only, checked, say)
    pytest.main([str(TESTS), *SELECTION, *QUIET], plugins=[runner])
    return runner.report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("equation", nargs="*", help="only these equations; default: all")
    parser.add_argument("--unchecked", action="store_true", help="silence the independent check")
    parser.add_argument("--json", type=Path, help="write the report to this file")
    args = parser.parse_args()
    report = run(tuple(args.equation), checked=not args.unchecked, say=lambda line: print(line, flush=True))
    if args.json:
        args.json.write_text(json.dumps({**asdict(report), "survivors": report.survivors}, indent=1), encoding="utf-8")
    print(f"subset: {report.subset_tests} tests, {report.subset_seconds:.1f} s on the sound model")
    for name in report.failures:
        print(f"fails on the sound model: {name}")
    caught = len(report.verdicts) - len(report.survivors)
    print(f"mutants: {caught} of {len(report.verdicts)} caught; survivors: {', '.join(report.survivors) or 'none'}")
    return 0 if report.verdicts and not report.survivors and not report.failures else 1


if __name__ == "__main__":
    sys.exit(main())
