"""Published network-design instances, read from their tables of numbers, as scenarios of sites, links and traffic."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, str]
PLACES = [f"w{n}" for n in range(1, 17)]
FREE = "w11"
LAST_MILE = 1.0


@dataclass(frozen=True)
class Instance:
    """A network: its links with what they have and cost, modules by link, and demands (source, target, amount)."""

    links: list[Row]
    modules: list[Row]
    demands: list[tuple[str, str, float]]

    @property
    def sites(self) -> list[str]:
        return sorted({row[end] for row in self.links for end in ("site_a", "site_b")})


def read(name: str) -> Instance:
    """The instance in a folder beside this file."""

    def rows(table: str) -> list[Row]:
        path = HERE / name / f"{table}.csv"
        return _rows(path) if path.is_file() else []

    demands = [(row["source"], row["target"], float(row["demand"])) for row in rows("demands")]
    return Instance(rows("links"), rows("modules"), demands)


def warehouses(capacity: int, charge: int, *, modules: bool) -> Instance:
    """Capacitated warehouse location on 16 places and 50 customers (OR-Library, problem sets VI and VII) as a network.

    Traffic goes from a depot to each customer: over a link for each place, which has the warehouse's capacity once and
    is paid for when used, and a link from there, on which each unit costs what OR-Library states for all of the
    customer's demand divided by it. The 11th place is free of charge. `modules`: the warehouse is a module; otherwise
    it stands and has a fixed charge.

    A network would let traffic go on from one customer to another one. So that this never pays, `LAST_MILE` is added
    to the cost of every unit on these links: it is paid once by what arrives directly, three times by what does not.
    """
    links, built, demands = [], [], []
    for place in PLACES:
        price = "0" if place == FREE else str(charge)
        link = {"link": f"depot_{place}", "site_a": "depot", "site_b": place, "routing_cost": "0"}
        links.append(link | {"existing": "0" if modules else str(capacity), "setup_cost": "0" if modules else price})
        if modules:
            built.append({"link": link["link"], "capacity": str(capacity), "cost": price, "most": "1"})
    for row in _rows(HERE / "warehouses" / "customers.csv"):
        name, demand = row["customer"], float(row["demand"])
        demands.append(("depot", name, demand))
        for place in PLACES:
            ends = {"link": f"{place}_{name}", "site_a": place, "site_b": name}
            each = str(float(row[place]) / demand + LAST_MILE)
            links.append(ends | {"existing": row["demand"], "setup_cost": "0", "routing_cost": each})
    return Instance(links, built, demands)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scenario(instance: Instance, *, directed: bool = False, setup: bool = False) -> dict[str, Any]:
    """The instance as a scenario of one year: its own units of capacity and cost stand for Tb/s and M$.

    Directed: a module serves each direction for itself; otherwise both share it. `setup`: with the fixed charges.
    """
    links = [
        {
            "link": row["link"], "site_a": row["site_a"], "site_b": row["site_b"],
            "existing_tbps": float(row["existing"]), "capacity": "directed" if directed else "shared",
            "fixed_charge_musd": float(row["setup_cost"]) if setup else 0.0,
            "flow_cost_musd_per_tbps": float(row["routing_cost"]),
        }
        for row in instance.links
    ]  # fmt: skip
    modules = [
        {
            "link": row["link"], "module": f"m{row['capacity']}", "tbps": float(row["capacity"]),
            "max_modules": int(row.get("most", 1000)),
            "lead_time_months": 0, "price_musd": float(row["cost"]),
        }
        for row in instance.modules
    ]  # fmt: skip
    traffic = [{"from_site": a, "to_site": b, "from": "2026-01", "tbps": tbps} for a, b, tbps in instance.demands]
    return {
        "calendar": {"start": "2026-01", "periods": [12], "tail_months": 0},
        "finance": {"objective": "least_cost", "terminal_value": "none"},
        "solve": {"gap": 0, "threads": 1},
        "tables": {
            "sites": [{"site": name, "pue": 1} for name in instance.sites],
            "links": links,
            "traffic": traffic,
        }
        | ({"link_modules": modules} if modules else {}),
    }
