"""How long `planner plan` takes on llama-2023 and its variants, as whole processes, at a gap of 1 %.

    python tests/bench/llama.py [--gap 0.01] [--runs 1] [NAME ...]

Prints a table (medians of the runs) and writes llama.json beside the temporary plans. Not part of the tests.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = ("build", "compile", "solve", "prices", "read_back", "check")
SIZES = ("columns", "integers", "rows", "nonzeros", "candidates")


def one(name: str, gap: str, out: Path) -> dict[str, float | str]:
    """Plan a scenario in a process of its own; the wall clock of the process and what the plan says of itself."""
    import planner

    command = [
        sys.executable,
        "-m",
        "planner",
        "plan",
        name,
        "--gap",
        gap,
        "--time-limit",
        "280",
        "--out",
        str(out),
        "-q",
    ]
    began = time.perf_counter()
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    wall = time.perf_counter() - began
    if code not in (0, 5):
        return {"name": name, "exit": code, "wall": wall}
    a = planner.open_plan(out / "plan.nc").data.attrs
    timings, sizes = json.loads(a["timings"]), json.loads(a["sizes"])
    return {
        "name": name, "exit": code, "wall": wall, "gap": float(a["gap"]), "objective": float(a["objective_musd"]),
        "memory_mb": float(a["peak_memory_mb"]), "checked": bool(a["checked"]),
        **{step: timings.get(step, 0.0) for step in STEPS}, **{size: sizes[size] for size in SIZES},
    }  # fmt: skip


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gap", default="0.01")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    names = asked.names or sorted(p.name for p in Path("scenarios").glob("llama-2023*"))
    print(
        f"{'scenario':32} {'exit':>4} {'wall s':>7} {'gap %':>6} {'M$':>8} {'MB':>5} "
        + " ".join(f"{s:>10}" for s in STEPS + SIZES)
    )
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            runs = [one(name, asked.gap, Path(scratch) / name) for _ in range(asked.runs)]
            row = runs[0] | {"wall": statistics.median(float(r["wall"]) for r in runs)}
            rows.append(row)
            if "gap" not in row:
                print(f"{name:32} {row['exit']:>4} {row['wall']:7.1f}")
                continue
            figures = " ".join(f"{float(row[s]):10.2f}" for s in STEPS) + " " + " ".join(f"{row[s]:>10}" for s in SIZES)
            print(
                f"{name:32} {row['exit']:>4} {row['wall']:7.1f} {100 * float(row['gap']):6.2f} {row['objective']:8.1f} "
                f"{row['memory_mb']:5.0f} {figures}",
                flush=True,
            )
    Path("llama.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
