"""How candidates, nonzeros, time and memory grow with runs, sites and periods, each varied alone around a size.

    python -m tests.bench.growth [--base M] [--runs 75 150 300 600] [--sites 4 8 16 24] [--quarters 12 16 20 24]
                                 [--repeats 2] [--json FILE]

Every study runs in a process of its own (see `sizes`), as often as asked; of its times the least counts, for others may
use the machine. MB is the peak after compiling above that of the imports, at least 1. An exponent is the slope of the
least-squares line through the logarithms: 1 is proportional growth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.generate import sized
from tests.bench.sizes import measure, parser

AXES = {"runs": (75, 150, 300, 600), "sites": (4, 8, 16, 24), "quarters": (12, 16, 20, 24)}
COUNTS = ("candidates", "columns", "rows", "nonzeros")
TIMES = ("derive", "build", "compile")
SHOWN = ("candidates", "nonzeros", "derive_s", "build_s", "compile_s", "peak_mb")


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of log(value) over log(size)."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def point(size: str, asked: argparse.Namespace) -> dict[str, float]:
    """What a study takes: counts, least seconds of each phase, peak MB above the imports.

    Raises
    ------
    RuntimeError
        The study was stopped by its limits.
    """
    tries = [measure(size, asked) for _ in range(asked.repeats)]
    for facts in tries:
        if facts["end"]:
            raise RuntimeError(f"{size} {facts['end']}")
    phases = [facts["phases"] for facts in tries]
    found: dict[str, float] = {name: tries[0][name] for name in COUNTS}
    found |= {f"{name}_s": min(phase[name]["seconds"] for phase in phases) for name in TIMES}
    found["peak_mb"] = max(1.0, min(phase["compile"]["mb"] - phase["import"]["mb"] for phase in phases))
    return found


def along(axis: str, values: Sequence[int], asked: argparse.Namespace) -> dict[str, Any]:
    """An axis varied alone: what is measured at each value, and with which exponents it grows."""
    points = []
    for value in values:
        found = point(f"{asked.base}{',' if ':' in asked.base else ':'}{axis}={value}", asked)
        points.append({axis: value} | found)
        print(f"{axis:9}{value:6} " + "".join(_cell(found[name]) for name in SHOWN), flush=True)
    slopes = {name: exponent(values, [p[name] for p in points]) for name in SHOWN}
    print(f"{axis:9}{'^':>6} " + "".join(f"{slopes[name]:12.2f}" for name in SHOWN), flush=True)
    return {"points": points, "exponents": slopes}


def _cell(value: float) -> str:
    return f"{value:12,}" if isinstance(value, int) else f"{value:12,.2f}"


def main() -> None:
    """Measure the axes, print the table, write the JSON."""
    args = parser(__doc__ or "")
    args.add_argument("--base", default="M")
    args.add_argument("--repeats", type=int, default=1)
    args.add_argument("--json", type=Path)
    for axis, values in AXES.items():
        args.add_argument(f"--{axis}", type=int, nargs="*", default=values)
    asked = args.parse_args()
    sized(asked.base)
    print(f"{'':16}" + "".join(f"{name:>12}" for name in SHOWN))
    chosen = {axis: getattr(asked, axis) for axis in AXES}
    grown = {axis: along(axis, values, asked) for axis, values in chosen.items() if len(values) > 1}
    if asked.json:
        asked.json.write_text(json.dumps({"base": asked.base, "seed": asked.seed, "axes": grown}, indent=1) + "\n")


if __name__ == "__main__":
    main()
