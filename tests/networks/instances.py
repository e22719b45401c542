"""Published network-design instances, read from their tables of numbers, as scenarios of sites, links and traffic."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, str]


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
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    demands = [(row["source"], row["target"], float(row["demand"])) for row in rows("demands")]
    return Instance(rows("links"), rows("modules"), demands)


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
            "link": row["link"], "module": f"m{row['capacity']}", "tbps": float(row["capacity"]), "max_modules": 1000,
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
