"""The same instances as mixed-integer programs of their own: `python -m tests.networks.independent [INSTANCE ...]`.

Written straight into matrices for scipy's `milp`, without anything of the planner: commodities are gathered by
their target, not by their source, and flows are stated out of the nodes. Prints optimum and bound.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array

from tests.networks.instances import Instance, read

CASES = {
    "abilene": {"directed": False, "setup": False},
    "polska": {"directed": False, "setup": False},
    "polska directed": {"directed": True, "setup": False},
    "atlanta": {"directed": False, "setup": False},
    "steiner_b01": {"directed": False, "setup": True},
    "steiner_b04": {"directed": False, "setup": True},
}


class _Rows:
    """Rows of a sparse matrix under construction, with their bounds."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, low: float, high: float, terms: dict[int, float]) -> None:
        self.entries += [(len(self.low), column, value) for column, value in terms.items()]
        self.low.append(low)
        self.high.append(high)

    def constraint(self, columns: int) -> LinearConstraint:
        i, j, v = zip(*self.entries, strict=True)
        return LinearConstraint(coo_array((v, (i, j)), shape=(len(self.low), columns)).tocsc(), self.low, self.high)


def solve(instance: Instance, *, directed: bool, setup: bool, seconds: float) -> OptimizeResult:
    """Least cost of modules, fixed charges and routing that carry every demand."""
    links, targets = instance.links, sorted({target for _, target, _ in instance.demands})
    total = sum(amount for _, _, amount in instance.demands)
    ends = [(row["site_a"], row["site_b"]) for row in links]
    # columns: flow by (link, way, target), modules, openings
    flow = {(k, way, d): (2 * k + way) * len(targets) + n
            for k in range(len(links)) for way in (0, 1) for n, d in enumerate(targets)}  # fmt: skip
    first_module = len(flow)
    first_opening = first_module + len(instance.modules)
    charged = [k for k, row in enumerate(links) if setup and float(row["setup_cost"])]
    columns = first_opening + len(charged)
    cost, integral, upper = np.zeros(columns), np.zeros(columns), np.full(columns, np.inf)
    for (k, _, _), column in flow.items():
        cost[column] = float(links[k]["routing_cost"])
    capacity: list[dict[int, float]] = [{} for _ in links]
    position = {row["link"]: k for k, row in enumerate(links)}
    for n, row in enumerate(instance.modules):
        cost[first_module + n] = float(row["cost"])
        capacity[position[row["link"]]][first_module + n] = float(row["capacity"])
    integral[first_module:] = 1
    rows = _Rows()
    for k, row in enumerate(links):
        for ways in ((0,), (1,)) if directed else ((0, 1),):
            carried = {flow[k, way, d]: 1.0 for way in ways for d in targets}
            rows.add(-np.inf, float(row["existing"]), carried | {c: -size for c, size in capacity[k].items()})
    for n, k in enumerate(charged):
        cost[first_opening + n], upper[first_opening + n] = float(links[k]["setup_cost"]), 1
        for d in targets:  # one row a target: tighter than one a link
            asked = sum(amount for _, target, amount in instance.demands if target == d)
            for way in (0, 1):
                rows.add(-np.inf, 0.0, {flow[k, way, d]: 1.0, first_opening + n: -min(asked, total)})
    for d in targets:
        for site in instance.sites:
            if site != d:
                out = {}
                for k, (a, b) in enumerate(ends):
                    if site in (a, b):
                        away = 0 if site == a else 1
                        out[flow[k, away, d]] = 1.0
                        out[flow[k, 1 - away, d]] = -1.0
                sent = sum(amount for a, b, amount in instance.demands if (a, b) == (site, d))
                rows.add(sent, sent, out)
    return milp(
        cost,
        integrality=integral,
        bounds=Bounds(0, upper),
        constraints=rows.constraint(columns),
        options={"mip_rel_gap": 1e-9, "time_limit": seconds},
    )


def main() -> None:
    for name in sys.argv[1:] or CASES:
        began = time.perf_counter()
        found = solve(read(name.split()[0]), **CASES[name], seconds=600)
        seconds = time.perf_counter() - began
        print(f"{name}: {found.message} cost {found.fun:.10g}, bound {found.mip_dual_bound:.10g}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
