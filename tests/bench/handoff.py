"""From data to a matrix in HiGHS: the planner against linopy and ordinary Pyomo, on the same LP.

    python -m tests.bench.handoff [40k 150k 900k] [--runs 5] [--seed 0] [--solve 40k] [--ways planner ...] [--json FILE]

Orders, power, streams and budgets of a generated study (`handoff_study`), integrality left out, stated three ways:

planner   load, case, assemble, compile, pass: as `Study.relax` does it, all rooms of the registry
linopy    `handoff_linopy`: labelled arrays, whole constraints, `to_highspy`; linopy-sparse: `Model(sparse=True)`
pyomo     `handoff_pyomo`: rules and `quicksum`, handed over by `set_instance` of Pyomo's HiGHS interface

Every run has a process of its own, which first builds and hands over a tiny study: what is imported late counts for
nobody. `data` is what follows from the document before a variable is made; `read` (the planner's alone: CSV and YAML
files, validation) is stated apart. Ways take turns; seconds (wall clock; `CPU s` is the processor's time for the same
phases, which other work on the machine disturbs less) and MB (peak of the process, less the peak after the tiny study)
are medians. Nobody solves, except once for each size of `--solve`: the optima must agree to 1e-6, and columns, rows,
nonzeros and the sums of coefficients, costs and right-hand sides of all ways at every size.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tests.bench.generate import save
from tests.bench.handoff_study import SIZES, document

Result = TypeVar("Result")
ROOT = Path(__file__).resolve().parents[2]
MEASURED = [size for size in SIZES if size != "warm"]
PHASES = ("read", "data", "build", "compile", "pass")
PACKAGES = ("highspy", "linopy", "numpy", "pandas", "pyomo", "xarray")
SAME = 1e-6  # relative
DERIVED = ("calendar", "prices", "cash", "utilisation", "orders", "cohorts", "existing_units", "committed")


class Timer:
    """Seconds by phase, wall clock; `cpu`: processor seconds of all phases but `read`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu = 0.0

    def run(self, phase: str, step: Callable[[], Result]) -> Result:
        """The result of a step, its time added to a phase."""
        began, busy = time.perf_counter(), time.process_time()
        result = step()
        self.cpu += 0.0 if phase == "read" else time.process_time() - busy
        self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - began
        return result


def by_planner(doc: dict[str, Any], timer: Timer) -> tuple[Any, float]:
    """HiGHS with the LP, and the constant missing in it: none."""
    from pyomo.common.gc_manager import PauseGC

    import planner
    from planner.model.assemble import assemble
    from planner.model.rooms import ROOMS
    from planner.solve.compile import compile_model
    from planner.solve.highs import new_highs, pass_matrix
    from planner.solve.options import Options

    with tempfile.TemporaryDirectory() as folder:
        save(folder, doc)
        study = timer.run("read", lambda: planner.load(folder))
    with PauseGC():  # as the study does
        timer.run("data", lambda: [getattr(study.case, name) for name in DERIVED])
        m = timer.run("build", lambda: assemble(study.case))
        matrix = timer.run("compile", lambda: compile_model(m, ROOMS))
    highs = timer.run("pass", lambda: new_highs(Options(threads=1)))
    timer.run("pass", lambda: pass_matrix(highs, matrix, relax=True))
    return highs, 0.0


def by_linopy(doc: dict[str, Any], timer: Timer, *, sparse: bool = False) -> tuple[Any, float]:
    """HiGHS with the LP of linopy's model, and the constant of its objective."""
    from tests.bench import handoff_linopy

    d = timer.run("data", lambda: handoff_linopy.data(doc))
    m, constant = timer.run("build", lambda: handoff_linopy.build(d, sparse=sparse))
    return timer.run("pass", m.to_highspy), constant


def by_pyomo(doc: dict[str, Any], timer: Timer) -> tuple[Any, float]:
    """HiGHS with the LP of an ordinary Pyomo model."""
    from pyomo.contrib.solver.common.factory import SolverFactory

    from tests.bench import handoff_pyomo

    d = timer.run("data", lambda: handoff_pyomo.Data(doc))
    m = timer.run("build", lambda: handoff_pyomo.build(d))
    solver = SolverFactory("highs")
    timer.run("pass", lambda: solver.set_instance(m))
    return solver._solver_model, 0.0  # no public way to it; only asked for its shape and optimum


WAYS: dict[str, Callable[[dict[str, Any], Timer], tuple[Any, float]]] = {
    "planner": by_planner,
    "linopy": by_linopy,
    "linopy-sparse": partial(by_linopy, sparse=True),
    "pyomo": by_pyomo,
}


def one(way: str, size: str, seed: int, solve: bool) -> dict[str, Any]:
    """What a run in this process takes, and what HiGHS holds after it."""
    WAYS[way](document("warm", seed), Timer())
    doc, timer = document(size, seed), Timer()
    before = _peak_mb()
    highs, constant = WAYS[way](doc, timer)
    facts: dict[str, Any] = {"way": way, "size": size, "seconds": timer.seconds, "mb": _peak_mb() - before}
    facts |= {"cpu": timer.cpu, "lp": _held(highs)}
    if solve:
        highs.setOptionValue("output_flag", False)
        highs.run()
        facts["status"] = highs.modelStatusToString(highs.getModelStatus())
        facts["optimum"] = abs(highs.getInfo().objective_function_value + constant)
    return facts


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _held(highs: Any) -> dict[str, float]:
    """What tells one LP from another whatever the order and the sign of its columns and rows."""
    import numpy as np

    lp = highs.getLp()
    sums = {
        "coefficients": lp.a_matrix_.value_,
        "costs": lp.col_cost_,
        "column bounds": [*lp.col_lower_, *lp.col_upper_],
        "row bounds": [*lp.row_lower_, *lp.row_upper_],
    }
    found: dict[str, float] = {"columns": lp.num_col_, "rows": lp.num_row_, "nonzeros": highs.getNumNz()}
    for name, values in sums.items():
        size = np.abs(np.asarray(values, dtype=float))
        size = size[np.isfinite(size)]
        found |= {f"sum of {name}": float(size.sum()), f"sum of roots of {name}": float(np.sqrt(size).sum())}
    return found


def spawn(way: str, size: str, seed: int, solve: bool) -> dict[str, Any]:
    """`one` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.handoff", size, "--ways", way, "--seed", str(seed), "--one"]
    # the parent stays small: a child's peak starts from what its parent holds
    done = subprocess.run(
        [*command, "--solve", *[size] * solve], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


def compare(found: list[dict[str, Any]]) -> None:
    """Stop if two runs of a size are not of the same LP, or disagree on the optimum."""
    first = found[0]
    for other in found[1:]:
        for name, value in first["lp"].items():
            if not math.isclose(value, other["lp"][name], rel_tol=1e-9):
                raise SystemExit(f"{first['way']} and {other['way']} differ in {name}: {value}, {other['lp'][name]}")
    solved = [one for one in found if "optimum" in one]
    for other in solved:
        if other["status"] != "Optimal" or not math.isclose(other["optimum"], solved[0]["optimum"], rel_tol=SAME):
            raise SystemExit(f"the optima differ: {[(x['way'], x['status'], x['optimum']) for x in solved]}")


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """All runs, the ways taking turns, and their medians by size and way."""
    runs: dict[str, list[dict[str, Any]]] = {size: [] for size in asked.sizes}
    for turn in range(asked.runs):
        for size in asked.sizes:
            for way in asked.ways:
                runs[size].append(spawn(way, size, asked.seed, turn == 0 and size in asked.solve))
            compare(runs[size])
        print(f"turn {turn + 1} of {asked.runs} done", file=sys.stderr, flush=True)
    sizes = {size: {way: _median([r for r in runs[size] if r["way"] == way]) for way in asked.ways} for size in runs}
    there = {distribution.name for distribution in importlib.metadata.distributions()}
    versions = {name: importlib.metadata.version(name) for name in PACKAGES if name in there}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), **versions}
    return {"machine": machine, "runs": asked.runs, "seed": asked.seed, "sizes": sizes}


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    phases = [phase for phase in PHASES if phase in runs[0]["seconds"]]
    seconds = {phase: statistics.median(run["seconds"][phase] for run in runs) for phase in phases}
    totals = [sum(s for phase, s in run["seconds"].items() if phase != "read") for run in runs]
    return {
        "lp": runs[0]["lp"], "optimum": runs[0].get("optimum"), "seconds": seconds,
        "total": statistics.median(totals), "totals": totals, "cpu": statistics.median(run["cpu"] for run in runs),
        "mb": statistics.median(run["mb"] for run in runs),
    }  # fmt: skip


def show(measured: dict[str, Any]) -> None:
    """The table: medians, and each total over linopy's of the same call."""
    print(", ".join(f"{name} {value}" for name, value in measured["machine"].items()))
    for size, ways in measured["sizes"].items():
        some = next(iter(ways.values()))
        lp, optimum = some["lp"], "" if some["optimum"] is None else f"; all optima {some['optimum']:,.4f} M$"
        print(f"\n{size}: {lp['columns']:,} columns, {lp['rows']:,} rows, {lp['nonzeros']:,} nonzeros{optimum}")
        print(
            f"{'':14}"
            + "".join(f"{phase:>9}" for phase in PHASES)
            + f"{'data..pass':>12}{'min-max':>14}{'CPU s':>8}{'MB':>7}  over linopy"
        )
        for way, row in ways.items():
            cells = "".join(f"{row['seconds'][p]:9.3f}" if p in row["seconds"] else f"{'-':>9}" for p in PHASES)
            spread = f"{min(row['totals']):.2f}-{max(row['totals']):.2f}"
            base = ways.get("linopy")
            over = {"wall": "total", "CPU": "cpu", "MB": "mb"} if base else {}
            ratio = "  " + ", ".join(f"{row[key] / base[key]:.2f} {name}" for name, key in over.items())
            print(f"{way:14}{cells}{row['total']:12.3f}{spread:>14}{row['cpu']:8.3f}{row['mb']:7.0f}{ratio}")


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=MEASURED, help=f"some of {', '.join(MEASURED)}")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--solve", nargs="*", default=MEASURED[:1], metavar="SIZE")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := [size for size in (*asked.sizes, *asked.solve) if size not in SIZES]:
        parser.error(f"no such size: {', '.join(unknown)} (there are {', '.join(MEASURED)})")
    if {"linopy", "linopy-sparse"} & {*asked.ways} and importlib.util.find_spec("linopy") is None:
        raise SystemExit(
            "linopy is not installed: `pip install linopy` here, or leave it out with --ways planner pyomo"
        )
    if asked.one:
        print(json.dumps(one(asked.ways[0], asked.sizes[0], asked.seed, bool(asked.solve))))
        return
    measured = measure(asked)
    show(measured)
    if asked.json:
        asked.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
