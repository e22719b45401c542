"""Time and memory from a scenario to a matrix in HiGHS, on generated studies of several sizes.

    python tests/bench/sizes.py [S M L XL M:runs=300] [--seed 0] [--slot-months 3] [--lp] [--profile]
                                [--memory-gb 6] [--limit 600]

Every size runs in a process of its own with a limit on memory and time; where it ends, the table says so. Seconds are
wall clock, without Python's garbage collector as in a study; MB the process's peak so far. `--lp` also solves the
relaxation and says what binds; `--profile` says where the time of each phase goes (and makes it longer).
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pyomo.common.gc_manager import PauseGC

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.generate import SIZES, document

Result = TypeVar("Result")
PHASES = ("import", "load", "derive", "build", "compile", "pass", "lp")
SHAPE = ("candidates", "columns", "integers", "rows", "nonzeros")
TIGHT = 1e-7  # a row binds if its price is above this


class Phases:
    """Runs phase after phase and says of each, in a line of JSON, what it took."""

    def __init__(self, profile: bool) -> None:
        self.profile = profile

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        """The result of a step; its time, the peak of memory and, if asked for, where the time went."""
        profiler = cProfile.Profile() if self.profile else None
        began = time.perf_counter()
        with PauseGC():
            result = profiler.runcall(step) if profiler else step()
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say(phase=name, seconds=seconds, mb=peak)
        if profiler:
            print(f"--- {name}", file=sys.stderr)
            pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(15)
        return result


def say(**facts: Any) -> None:
    """One line of JSON for the parent process."""
    print(json.dumps(facts), flush=True)


def one(asked: argparse.Namespace) -> None:
    """All phases of one size, in this process."""
    limit = int(asked.memory_gb * 1024**3)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    phases = Phases(asked.profile)
    phases.run("import", _imports)
    from planner import load
    from planner.model.assemble import assemble
    from planner.model.rooms import ROOMS
    from planner.solve.compile import compile_model
    from planner.solve.highs import new_highs, pass_matrix, solve_lp
    from planner.solve.options import Options

    made = document(asked.sizes[0], asked.seed, asked.slot_months)
    study = phases.run("load", lambda: load(made))
    say(candidates=len(phases.run("derive", lambda: study.case.candidates)))
    seconds: dict[str, float] = defaultdict(float)
    m = phases.run("build", lambda: assemble(study.case, [_timed(room, seconds) for room in ROOMS]))
    say(rooms=seconds)
    matrix = phases.run("compile", lambda: compile_model(m, ROOMS))
    say(**matrix.shape)
    options = Options.of(study.inputs.document["solve"])
    phases.run("pass", lambda: pass_matrix(new_highs(options), matrix))
    if asked.lp:
        found = phases.run("lp", lambda: solve_lp(matrix, options, {}))
        say(lp=_relaxed(found, matrix, m, study))


def _imports() -> None:
    import planner.study  # noqa: F401


def _timed(room: Any, seconds: dict[str, float]) -> Any:
    """The room, its build counted."""

    def build(m: Any, b: Any, d: Any) -> None:
        began = time.perf_counter()
        room.build(m, b, d)
        seconds[room.name] += time.perf_counter() - began

    return replace(room, build=build)


def _relaxed(found: Any, matrix: Any, m: Any, study: Any) -> dict[str, Any]:
    """Of the relaxation: runs admitted, of how many, runs split over candidates, and rows that bind by equation."""
    if found.x is None:
        return {"status": found.status}
    at = matrix.positions()
    share: dict[str, float] = defaultdict(float)
    split: dict[str, int] = defaultdict(int)
    for c, run in enumerate(study.case.candidates["run"].tolist()):
        value = float(found.x[at[id(m.need("start")[c])]])
        share[run] += value
        split[run] += 1e-6 < value < 1 - 1e-6
    tight = [row for row, price in zip(matrix.rows, found.row_dual, strict=True) if abs(price) > TIGHT]
    return {
        "objective_musd": round(found.objective, 1),
        "admitted": round(sum(share.values()) / len(study.case.runs), 3),
        "runs_split": sum(n > 0 for n in split.values()),
        "binding": dict(sorted(Counter(row.equation for row in tight).items())),
        "budget_years": sorted(row.index[1] for row in tight if row.equation == "B1"),
        "sites_short_of_power": sorted({row.index[0] for row in tight if row.equation == "P2"}),
        "types_short": sorted({row.index[0] for row in tight if row.equation == "F2"}),
    }


def measure(size: str, asked: argparse.Namespace) -> dict[str, Any]:
    """The facts of a size from a process of its own, and how that ended."""
    command = [sys.executable, __file__, size, "--one", "--seed", str(asked.seed), "--memory-gb", str(asked.memory_gb)]
    command += ["--slot-months", str(asked.slot_months)] + ["--lp"] * asked.lp + ["--profile"] * asked.profile
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            out, _ = child.communicate(timeout=asked.limit)
            end = "" if child.returncode == 0 else f"stopped (exit {child.returncode})"
        except subprocess.TimeoutExpired:
            child.kill()
            out, _ = child.communicate()
            end = f"stopped after {asked.limit:g} s"
    facts: dict[str, Any] = {"size": size, "end": end, "phases": {}}
    for line in out.splitlines():
        said = json.loads(line)
        if "phase" in said:
            facts["phases"][said["phase"]] = said
        else:
            facts |= said
    return facts


def show(facts: dict[str, Any]) -> None:
    """Lines of the table on one size."""
    print(f"{facts['size']:3} " + ", ".join(f"{facts[n]:,} {n}" for n in SHAPE if n in facts) + f" {facts['end']}")
    for name in PHASES:
        if name in facts["phases"]:
            print(f"    {name:8} {facts['phases'][name]['seconds']:8.2f} s {facts['phases'][name]['mb']:7.0f} MB")
    rooms = sorted(facts.get("rooms", {}).items(), key=lambda pair: -pair[1])
    if rooms:
        print("    build by room: " + ", ".join(f"{name} {s:.2f}" for name, s in rooms if s >= 0.005))
    for name, value in facts.get("lp", {}).items():
        print(f"    {name}: {value}")
    sys.stdout.flush()


def parser(description: str) -> argparse.ArgumentParser:
    """The options of every measurement."""
    args = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--seed", type=int, default=0)
    args.add_argument("--slot-months", type=int, default=3, choices=(1, 3))
    args.add_argument("--memory-gb", type=float, default=6.0)
    args.add_argument("--limit", type=float, default=600.0, help="seconds a size may take")
    args.add_argument("--lp", action="store_true")
    args.add_argument("--profile", action="store_true")
    args.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return args


def main() -> None:
    """Measure the sizes asked for and print the table."""
    args = parser(__doc__ or "")
    args.add_argument("sizes", nargs="*", default=list(SIZES))
    asked = args.parse_args()
    if asked.one:
        one(asked)
        return
    for size in asked.sizes:
        show(measure(size, asked))


if __name__ == "__main__":
    main()
