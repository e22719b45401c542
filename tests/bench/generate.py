"""Studies of any size, made from a seed: what the planner's time and memory are measured on.

    python -m tests.bench.generate M /tmp/m --seed 1 [--slot-months 1]

A company's campuses over five or ten years, in the manner of `scenarios/meta-compute`: runs that grow by two to five a
year, generations of accelerators that follow each other, gigawatt and small sites, power that takes years to come,
supply and budgets that do not reach for all. Every figure is drawn or derived from what is drawn (`study_demand`,
`study_capacity`); the same size, seed and slots give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.study_capacity import capacity_tables
from tests.bench.study_demand import Demand, demand_tables

Document = dict[str, Any]

ASSUMPTION = "generated"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of what; `growth` is the range of a year's growth of run compute."""

    runs: int
    sites: int
    types: int
    quarters: int
    teams: int
    streams: int
    growth: tuple[float, float]


SIZES = {
    "S": Size(40, 3, 4, 20, 3, 2, (2.4, 4.0)),
    "M": Size(150, 8, 8, 20, 4, 3, (2.4, 4.0)),
    "L": Size(400, 15, 10, 40, 6, 4, (2.0, 2.4)),
    "XL": Size(1000, 25, 12, 40, 8, 4, (2.0, 2.4)),
}


def sized(size: str) -> Size:
    """A size by name, some of its numbers changed after a colon: `M`, `M:runs=300`, `M:sites=16,quarters=28`.

    Raises
    ------
    ValueError
        There is no such size, or no such whole number in it.
    """
    name, _, changes = size.partition(":")
    changed = dict(change.split("=") for change in changes.split(",")) if changes else {}
    if name not in SIZES or not changed.keys() <= {f.name for f in fields(Size)} - {"growth"}:
        raise ValueError(f"no such size: {size}")
    return replace(SIZES[name], **{number: int(value) for number, value in changed.items()})


def document(size: str, seed: int = 0, slot_months: int = 3) -> Document:
    """A study of a size, as `planner.load` takes it.

    Parameters
    ----------
    size
        One of `SIZES`, or one of them with changed numbers (see `sized`).
    seed
        Any whole number; the same gives the same study.
    slot_months
        3: runs start every quarter. 1: every month for two years, then every quarter.
    """
    shape, draw = sized(size), Random(f"{size.partition(':')[0]} {seed}")
    demand = Demand(shape, draw)
    tables = {**demand_tables(demand), **capacity_tables(demand)}
    return {
        "format": 1,
        "name": f"generated-{re.sub('[^a-z0-9]+', '-', size.lower())}-{seed}",
        "title": f"Generated study {size}, seed {seed}: {shape.runs} runs, {shape.sites} sites, {shape.types} types",
        "calendar": {
            "start": "2026-01", "periods": f"{shape.quarters}x3", "slot_months": slot_months,
            "dense_start_months": 24, "start_step": 3 // slot_months, "tail_months": 24, "fiscal_year_starts": 1,
        },
        "finance": {
            "objective": "value_minus_cost", "discount_rate": 0.09, "terminal_value": "decay", "average_draw": 0.66,
        },
        "power": {"basis": "online", "fabric_draw_share": 0.26},
        "solve": {"gap": 0.02, "time_limit_s": 300},
        "tables": {name: [row | {"assumption": ASSUMPTION} for row in rows] for name, rows in tables.items()},
    }  # fmt: skip


def write(folder: str | Path, size: str, seed: int = 0, slot_months: int = 3) -> Path:
    """Write a study as a scenario folder (made if missing) and return its path; parameters as of `document`."""
    return save(folder, document(size, seed, slot_months))


def save(folder: str | Path, study: Document) -> Path:
    """Write a document as a scenario folder (made if missing) and return its path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in study["tables"].items():
        (folder / f"{name}.csv").write_text(_csv(rows), encoding="utf-8")
    settings = {name: value for name, value in study.items() if name != "tables"}
    (folder / "scenario.yaml").write_text(_yaml(settings), encoding="utf-8")
    return folder


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _yaml(settings: Document) -> str:
    lines = []
    for key, value in settings.items():
        if isinstance(value, dict):
            lines += [f"{key}:", *(f"  {name}: {item}" for name, item in value.items())]
        else:
            lines.append(f'{key}: "{value}"' if key == "title" else f"{key}: {value}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write one study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", help=f"{', '.join(SIZES)}, or one of them with changed numbers: M:runs=300")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--slot-months", type=int, default=3, choices=(1, 3))
    asked = parser.parse_args()
    print(write(asked.folder, asked.size, asked.seed, asked.slot_months))


if __name__ == "__main__":
    main()
