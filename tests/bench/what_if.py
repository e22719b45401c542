"""What an LP what-if costs by patch, against the same study built anew and solved from nothing.

    python tests/bench/what_if.py [llama-2023 meta-compute S M ...] [--runs 5] [--seed 0]

A name is a bundled scenario or a size of `tests.bench.generate`. What is changed are the rows of one id of a table
(a year's budget, a type's price) or all of them. Of each kind of change as many amounts are tried as there are runs,
one after the other and each from the base: `base.with_(change).relax()`, in the family of the base
("patch") and in one that has built nothing yet ("rebuild"). Seconds are wall clock, medians; both optima must agree.
Where the time goes: resolving inputs, building rooms, compiling, HiGHS. Not part of the tests.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import planner
from planner.model.rooms import TABLES
from tests.bench.generate import SIZES, document

FACTORS = (0.95, 1.05, 0.9, 1.1, 0.85, 1.15, 0.8, 1.2)
CHANGES = {
    "budget": ("budgets", "budget_musd"),
    "supply": ("supply", "per_month"),
    "stream's worth": ("stream_segments", "musd_per_pflops_month"),
    "run's worth": ("runs", "value_musd"),
    "price of a type": ("accelerators", "price_usd"),
    "price of energy": ("power_sources", "energy_usd_per_mwh"),
}
KEYS = {table.name: table.key for table in TABLES}
STEPS = ("inputs", "build", "compile", "solve")


def paths(base: planner.Study, table: str, column: str) -> dict[str, str]:
    """The paths of the rows of one id of a table, and of all its rows, where a figure stands to be changed."""
    rows = [row for row in base.inputs.rows(table) if row[column] and row.get("orderable", True)]
    if not rows:
        return {}
    first, *others = KEYS[table]
    middle = rows[len(rows) // 2][first]
    every = "*[orderable=yes]" if table == "accelerators" else "*"
    rest = ["*"] * len(others)
    return {"one": ".".join([table, str(middle), *rest, column]), "all": ".".join([table, every, *rest, column])}


def what_if(base: planner.Study, change: dict[str, Any]) -> dict[str, Any]:
    """One what-if: seconds in all and by step, how HiGHS came by it, and the bound found."""
    gc.collect()  # or it pays for what the one before left
    began = time.perf_counter()
    changed = base.with_(change)
    inputs = time.perf_counter() - began
    found = changed.relax(time_limit=3600)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "inputs": inputs, **found.seconds, "how": found.how, "bound": found.bound_musd}


def compare(source: Any, path: str, runs: int, base: planner.Study) -> dict[str, Any]:
    """Medians of a kind of change, by patch and rebuilt."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for factor in FACTORS[:runs]:
        change = {path: f"*{factor}"}
        found["patch"].append(what_if(base, change))
        found["rebuild"].append(what_if(planner.load(source), change))
    for patch, rebuild in zip(*found.values(), strict=True):
        assert abs(patch["bound"] - rebuild["bound"]) <= 1e-6 * abs(rebuild["bound"]), (path, patch, rebuild)
    median = {
        way: {step: statistics.median(one[step] for one in ones) for step in ("seconds", *STEPS)}
        for way, ones in found.items()
    }
    return {**median, "how": "/".join(sorted({one["how"] for one in found["patch"]}))}


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=["llama-2023", "meta-compute", "S"])
    parser.add_argument("--runs", type=int, default=5, choices=range(1, len(FACTORS) + 1))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print(
        f"{'study':14}{'change':22}{'patch s':>9}{'rebuild s':>11}{'ratio':>7}  of the patch: inputs build compile LP"
    )
    for name in asked.names:
        source = document(name, asked.seed) if name in SIZES else name
        base = planner.load(source)
        base.relax(time_limit=3600)
        for change, path in (
            (f"{change}, {which}", path)
            for change, where in CHANGES.items()
            for which, path in paths(base, *where).items()
        ):
            row = compare(source, path, asked.runs, base)
            patch, rebuild = row["patch"], row["rebuild"]
            ratio = rebuild["seconds"] / patch["seconds"]
            steps = " ".join(f"{patch[step]:.3f}" for step in STEPS) + f" {row['how']}"
            print(
                f"{name:14}{change:22}{patch['seconds']:9.3f}{rebuild['seconds']:11.3f}{ratio:7.1f}  {steps}",
                flush=True,
            )


if __name__ == "__main__":
    main()
