"""What a plan says of itself beside its arrays."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from planner.core.declare import Room
from planner.data.derive import Case
from planner.solve.compile import Matrix
from planner.solve.options import Options
from planner.solve.search import Found


def plan_attributes(
    case: Case, rooms: Sequence[Room], found: Found, options: Options, matrix: Matrix, planner_version: str
) -> dict[str, Any]:
    """What a plan says of itself: its status and gap, its inputs, and how it was made."""
    return {
        "study": case.inputs.name,
        "title": case.inputs.title,
        "status": found.status,
        "objective_musd": found.objective,
        "bound_musd": found.bound,
        "gap": found.gap,
        "gap_musd": found.bound - found.objective if math.isfinite(found.bound) else math.inf,
        "scale_musd": found.scale,
        "inputs": case.inputs.to_json(),
        "inputs_hash": case.inputs.hash,
        "options": json.dumps(asdict(options)),
        "versions": json.dumps(
            {name: version(name) for name in ("highspy", "pyomo", "xarray")}
            | {"planner": planner_version, "python": platform.python_version()}
        ),
        "sizes": json.dumps({**matrix.shape, "candidates": len(case.candidates), "nodes": found.nodes}),
        "equations": json.dumps(sorted({row.equation for row in matrix.rows})),
        "rooms": json.dumps([room.name for room in rooms]),
    }
