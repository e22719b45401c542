"""How soon a search finds good plans: gap over time by strategy, by ingredient of the guided one, time outside HiGHS.

    python -m tests.bench.curves [S M L XL llama-2023 meta-compute] [--ways guided plain] [--seconds 300] [--threads 2]
                                 [--seed 0] [--ablate [NAME ...]] [--determinism] [--work 100000] [--json FILE]

Scenarios are sizes of generated studies and bundled scenarios. Every solve runs in a process of its own, as
`planner.load(...).solve(...)` with the check, with a limit on memory; where it ends there, the table says so. Gaps are
shares of the incumbent's gross value; "best bound" is the least that any solve of the scenario proved in this call.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.curves_ablations import ablations
from tests.bench.curves_figures import (
    Curve,
    Point,
    against,
    least_bound,
    most_objective,
    standing_at,
    time_below_gap,
    time_to_gap,
    time_to_plan,
)

MARKS = (30.0, 60.0, 120.0, 300.0)
GAPS = (0.05, 0.02, 0.01)
AROUND = 1200.0  # seconds that a process may take besides its search
STEPS = ("import", "load", "build", "compile", "search", "prices", "read", "check", "solve")
Solve = dict[str, Any]


def measure(asked: argparse.Namespace, scenario: str, way: str, *, without: str = "", work: int | None = None) -> Solve:
    """One solve in a process of its own: its curve, its steps, how it ended."""
    told = {
        "scenario": scenario, "way": way, "without": without, "work": work, "started": time.time(),
        **{name: getattr(asked, name) for name in ("seconds", "threads", "seed", "solver_seed", "gap", "memory_gb")},
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.bench.curves_run", json.dumps(told)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            out, _ = child.communicate(timeout=asked.seconds + AROUND)
            stopped = f"stopped (exit {child.returncode})"
        except subprocess.TimeoutExpired:
            child.kill()
            out, _ = child.communicate()
            stopped = f"stopped after {asked.seconds + AROUND:g} s"
    name = f"without {without}" if without else way
    solve: Solve = told | {"name": name, "end": stopped, "error": "", "checked": False, "steps": {}, "curve": []}
    for line in out.splitlines():
        said = json.loads(line)
        if "point" in said:
            solve["curve"].append(Point(*said["point"]))
        elif "step" in said:
            solve["steps"][said["step"]] = said["seconds"]
        elif "begins" in said:
            solve["search_at"] = said["at"]
        else:
            solve |= said
        solve["mb"], solve["wall"] = said["mb"], said["at"]
    return solve


def show(scenario: str, solves: Sequence[Solve], seconds: float) -> None:
    """The tables of a scenario."""
    marks = sorted({mark for mark in MARKS if mark < seconds} | {seconds})
    bound, most = least_bound(s["curve"] for s in solves), most_objective(s["curve"] for s in solves)
    shape: dict[str, int] = next((s["shape"] | {"candidates": s["candidates"]} for s in solves if "shape" in s), {})
    print(f"\n## {scenario}: " + ", ".join(f"{n:,} {what}" for what, n in shape.items()))
    print(f"best plan {_number(most, 1)} M$, best bound {_number(bound, 1)} M$")
    for problem in problems(solves):
        print(f"PROBLEM: {problem}")
    print("\nseconds of the process, its peak, its end (build to check are within solve)")
    _table(
        ["", "search begins", *STEPS, "process", "MB", "plan checked", "end"],
        [
            [
                s["name"], _number(s.get("search_at"), 1), *(_number(s["steps"].get(step), 1) for step in STEPS),
                _number(s.get("wall"), 1), _number(s.get("mb"), 0), "yes" if s["checked"] else "NO", _end(s),
            ]
            for s in solves
        ],
    )  # fmt: skip
    print("\nseconds from the start of the search (first plan: also of the process)")
    _table(
        ["", "first plan", "(process)", "gap < 100 %", *(f"{gap:.0%}" for gap in GAPS)],
        [[s["name"], *(_number(value, 1) for value in _times(s))] for s in solves],
    )
    print("\ngap in %, by the own bound | against the best bound, seconds from the start of the search")
    heads = [f"{mark:g} s" for mark in marks] + ["end"]
    _table(
        ["", *heads, "|", *heads, "M$"],
        [
            [
                s["name"], *_gaps(s["curve"], marks), "|", *_gaps(against(s["curve"], bound), marks),
                _number(most_objective([s["curve"]]), 1),
            ]
            for s in solves
        ],
    )  # fmt: skip
    print("\nshare of wall clock with no thread in Highs.run(), %; threads in it on average")
    _table(
        ["", "of solve", "of search", "in solve", "in search", "runs"],
        [
            [
                s["name"], _percent(s["solve"]["outside"]), _percent(s["search"]["outside"]),
                _number(s["solve"]["inside"], 2), _number(s["search"]["inside"], 2), str(s["runs"]),
            ]
            for s in solves
            if "runs" in s
        ],
    )  # fmt: skip
    sys.stdout.flush()


def problems(solves: Sequence[Solve]) -> list[str]:
    """What must not be: matrices that differ, a plan worth more than what was proven to be the most."""
    found = []
    if len({s["digest"] for s in solves if "digest" in s}) > 1:
        found.append("the matrices of the solves differ")
    bound = least_bound(s["curve"] for s in solves)
    for s in solves:
        most = most_objective([s["curve"]])
        if bound is not None and most is not None and most > bound + 1e-6 * max(1.0, abs(bound)):
            found.append(f"{s['name']}: a plan of {most:.6f} M$ is above the bound of {bound:.6f} M$")
    return found


def same_decisions(asked: argparse.Namespace, scenario: str) -> list[Solve]:
    """Solve twice with a limit on work and say whether the decisions are the same."""
    pair = [measure(asked, scenario, "guided", work=asked.work) for _ in range(2)]
    ends = ", ".join(f"{_end(s)} at {_number(most_objective([s['curve']]), 6)} M$" for s in pair)
    first, second = (s.get("decisions") for s in pair)
    if first is None or second is None:
        said = "no plan to compare"
    elif any(s["end"] == "time_limit" for s in pair):
        said = "says nothing: the time limit came before the limit on work"
    else:
        differ = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
        said = f"NOT the same: {', '.join(differ)}" if differ else f"the same in all {len(first)} arrays"
    print(f"\n## {scenario}, guided twice with a work limit of {asked.work:,}: decisions {said} ({ends})")
    for s in pair:  # where nothing ran on threads of neighbourhoods, this says little
        ran = ", ".join(f"{name} {seconds:.1f}" for name, seconds in s.get("threads", {}).items())
        print(f"seconds in Highs.run() by thread: {ran}", flush=True)
    return pair


def _times(s: Solve) -> list[float | None]:
    first = time_to_plan(s["curve"])
    process = None if first is None else s["search_at"] + first
    return [first, process, time_below_gap(s["curve"], 1.0), *(time_to_gap(s["curve"], gap) for gap in GAPS)]


def _gaps(curve: Curve, marks: Sequence[float]) -> list[str]:
    points = [standing_at(curve, mark) for mark in marks] + [curve[-1] if curve else None]
    return [_percent(None if point is None else point.gap) for point in points]


def _end(s: Solve) -> str:
    return f"{s['end']}: {s['error'].splitlines()[0]}" if s["error"] else str(s["end"])


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join([row[0].ljust(len(first)), *others]))


def keep(file: Path | None, asked: argparse.Namespace, solves: Sequence[Solve]) -> None:
    """Write all that was measured so far; points of a curve are seconds, objective, bound, gap."""
    if file is None:
        return
    rows = [s | {"curve": [[p.seconds, p.objective, p.bound, p.gap] for p in s["curve"]]} for s in solves]
    file.write_text(json.dumps({"asked": vars(asked) | {"json": str(file)}, "solves": rows}, indent=1))


def main() -> None:
    """Measure what is asked for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=["S", "M", "L", "llama-2023", "meta-compute"])
    parser.add_argument("--ways", nargs="+", default=["guided", "plain"], choices=("guided", "plain"))
    parser.add_argument("--seconds", type=float, default=300.0, help="time limit of every search")
    parser.add_argument("--gap", type=float, default=0.0, help="gap at which a search may stop")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of generated studies")
    parser.add_argument("--solver-seed", type=int, default=0)
    parser.add_argument("--memory-gb", type=float, default=6.0)
    parser.add_argument("--ablate", nargs="*", metavar="NAME", help=f"guided without each of: {', '.join(ablations())}")
    parser.add_argument("--determinism", action="store_true", help="only: guided twice with a limit on work")
    parser.add_argument("--work", type=int, default=100_000, help="that limit, simplex iterations")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if unknown := set(asked.ablate or ()) - ablations().keys():
        parser.error(f"nothing to take out is called {', '.join(sorted(unknown))}")
    left_out = [] if asked.ablate is None else asked.ablate or list(ablations())
    kept: list[Solve] = []
    for scenario in asked.scenarios:
        if asked.determinism:
            kept += same_decisions(asked, scenario)
            keep(asked.json, asked, kept)
            continue
        solves = []
        for way, without in [(way, "") for way in asked.ways] + [("guided", name) for name in left_out]:
            solves.append(measure(asked, scenario, way, without=without))
            keep(asked.json, asked, [*kept, *solves])
        kept += solves
        show(scenario, solves, asked.seconds)


if __name__ == "__main__":
    main()
