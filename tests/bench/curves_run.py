"""One solve in this process for `curves`: what it reports, what each step took, when HiGHS ran, told line by line.

Not to be called by hand. Every line is JSON and says `at`, seconds since the process was started, and `mb`, its peak so
far; so what a process that is killed or runs out of memory has told until then counts.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from typing import Any, TypeVar

import highspy
import numpy as np

from tests.bench.curves_figures import Interval, mean_inside, share_outside
from tests.bench.generate import SIZES, document

Result = TypeVar("Result")
STEPS = {
    "build": ("planner.study", "assemble"), "compile": ("planner.study", "compile_model"),
    "search": ("planner.study", "search"), "prices": ("planner.results.read_back", "limit_prices"),
    "read": ("planner.results.read_back", "Reader._read"), "check": ("planner.results.read_back", "check_plan"),
}  # fmt: skip


class Teller:
    """Tells the parent process, a line each; a report of the search only if objective or bound changed."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._last: tuple[float | None, float | None] = (None, None)

    def say(self, **facts: Any) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"at": time.time() - self._started, "mb": peak, **facts}), flush=True)

    def point(self, seconds: float, objective: float | None, bound: float | None, gap: float | None) -> None:
        objective, bound, gap = _finite(objective), _finite(bound), _finite(gap)
        if (objective, bound) != self._last:
            self._last = objective, bound
            self.say(point=[seconds, objective, bound, gap])


class Probe:
    """The steps of `Study.solve` timed, and when HiGHS ran on which thread."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self.steps: dict[str, Interval] = {}
        self.runs: list[tuple[str, float, float]] = []
        self.matrix: Any = None
        self.found: Any = None
        self._search_began = 0.0

    def step(self, name: str, step: Callable[[], Result]) -> Result:
        """The result of a step, told once it has ended and, of the search, also when it begins."""
        began = time.perf_counter()
        if name == "search":
            self._teller.say(begins=name)
        result = step()
        self.steps[name] = began, time.perf_counter()
        self._teller.say(step=name, seconds=self.steps[name][1] - began)
        return result

    def attach(self) -> None:
        """Time the steps where they are called from, and every `Highs.run`; AttributeError where that is gone."""
        for step, (module, path) in STEPS.items():
            *owners, name = path.split(".")
            owner = reduce(getattr, owners, import_module(module))
            setattr(owner, name, self._timed(step, getattr(owner, name)))
        original = highspy.Highs.run

        def run(h: highspy.Highs) -> Any:
            began = time.perf_counter()
            try:
                return original(h)
            finally:
                self.runs.append((threading.current_thread().name, began, time.perf_counter()))

        setattr(highspy.Highs, "run", run)  # noqa: B010 - mypy takes an assignment for a mistake

    def since_search(self) -> float:
        """Seconds since the search began."""
        return time.perf_counter() - self._search_began

    def _timed(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            if step != "search":
                return self.step(step, lambda: call(*args, **named))
            self.matrix, self._search_began = args[0], time.perf_counter()
            self.found = self.step(step, lambda: call(*args, **named))
            return self.found

        return timed

    def outside(self, window: Interval) -> dict[str, float]:
        """Of a window: its seconds, the share of it in which no thread was in HiGHS, and how many were on average."""
        intervals = [(began, ended) for _, began, ended in self.runs]
        return {
            "seconds": window[1] - window[0],
            "outside": share_outside(intervals, *window),
            "inside": mean_inside(intervals, *window),
        }

    def by_thread(self) -> dict[str, float]:
        """Seconds in HiGHS by the name of the thread."""
        seconds: dict[str, float] = defaultdict(float)
        for name, began, ended in self.runs:
            seconds[name] += ended - began
        return dict(seconds)


def one(asked: argparse.Namespace) -> None:
    """The solve asked for, told to the parent."""
    limit = int(asked.memory_gb * 1024**3)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    teller = Teller(asked.started)
    probe = Probe(teller)
    try:
        study_module = probe.step("import", _imports)
        if asked.without:
            from tests.bench.curves_ablations import ablations

            for swap in ablations()[asked.without]:
                swap.make()
        probe.attach()
        _solve(asked, teller, probe, study_module)
    except Exception as error:  # every end is a row of the table
        teller.say(end=type(error).__name__, error=str(error)[:500])
        sys.exit(1)


def _imports() -> Any:
    import planner.study

    return planner.study


def _solve(asked: argparse.Namespace, teller: Teller, probe: Probe, study_module: Any) -> None:
    generated = asked.scenario.partition(":")[0] in SIZES
    source = document(asked.scenario, asked.seed) if generated else asked.scenario
    changes = {"solve.strategy": asked.way} | ({"solve.work_limit": asked.work} if asked.work else {})
    study = probe.step("load", lambda: study_module.load(source).with_(changes))
    plan = probe.step(
        "solve",
        lambda: study.solve(
            gap=asked.gap, time_limit=asked.seconds, threads=asked.threads, seed=asked.solver_seed,
            on_progress=lambda p: teller.point(probe.since_search(), p.objective, p.bound, p.gap),
        ),
    )  # fmt: skip
    a, found, search = plan.data.attrs, probe.found, probe.steps["search"]
    teller.point(search[1] - search[0], found.objective, found.bound, found.gap)
    teller.say(
        end=a["status"], checked=bool(a["checked"]), final={"objective": a["objective_musd"], "gap": _finite(a["gap"])},
        solve=probe.outside(probe.steps["solve"]), search=probe.outside(search), threads=probe.by_thread(),
        runs=len(probe.runs), candidates=len(study.case.candidates), shape=probe.matrix.shape,
        digest=_matrix_digest(probe.matrix), decisions=_decisions(plan),
    )  # fmt: skip


def _matrix_digest(matrix: Any) -> int:
    """The same for the same matrix."""
    digest = 0
    for part in (
        matrix.a.indptr, matrix.a.indices, matrix.a.data, matrix.cost, matrix.lower, matrix.upper,
        matrix.row_lower, matrix.row_upper, matrix.integer,
    ):  # fmt: skip
        digest = zlib.crc32(np.ascontiguousarray(part).view(np.uint8).data, digest)
    return digest


def _decisions(plan: Any) -> dict[str, int]:
    """Of each array of integer decisions of a plan, a number that is the same for the same values."""
    from planner.model.rooms import ROOMS

    names = {output.name for room in ROOMS for output in room.outputs if output.component in room.integers}
    values = {name: plan.data[name].to_numpy() + 0.0 for name in sorted(names) if name in plan.data}  # + 0.0: no -0
    return {name: zlib.crc32(np.ascontiguousarray(value).tobytes()) for name, value in values.items()}


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def main() -> None:
    """The solve that the parent asks for in one argument of JSON."""
    one(argparse.Namespace(**json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
