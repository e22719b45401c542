"""The plan in a page of plain text: status and gap first, then what to order, to spend, to run, and what binds."""

from __future__ import annotations

import json
import math

import xarray as xr

from planner.export.summary import built, limits, replan, runs, spending, teams
from planner.export.tables import PlanTables
from planner.export.tables.provenance import not_modelled
from planner.export.words import money, percent, printable, wrapped
from planner.model.workspace import SIGN


class PlanSummary:
    """What a plan comes to in words; `tables` may be shared with whoever has them already."""

    def __init__(self, data: xr.Dataset, tables: PlanTables | None = None) -> None:
        self.data = data
        self.tables = tables or PlanTables(data)

    def verdict(self) -> str:
        """How good the plan is, and why the search ended."""
        a = self.data.attrs
        gap, more = float(a["gap"]), float(a["gap_musd"])
        of = self.tables.reading.gap_is_of
        nobody = self.tables.reading.nobody
        better = f"is worth {money(more)} more" if of == "gross value" else f"costs {money(more)} less"
        proven = f"proven within {percent(gap)} of {of}: {nobody} {better}"
        if not math.isfinite(gap):
            proven = "nothing is proven yet about better plans"
        if a["status"] == "optimal":
            return f"Proven best: {nobody} {'is worth more' if of == 'gross value' else 'costs less'}."
        if a["status"] == "gap_reached":
            return f"{proven[0].upper()}{proven[1:]}."
        asked = json.loads(a["options"])
        if teams.last_goal_in_time(self.data):
            return f"An earlier goal ended at its part of the limit; {proven}."
        if a["status"] == "time_limit":
            return f"Stopped by the time limit of {asked['time_limit_s']:g} s; {proven}."
        if a["status"] == "work_limit":
            return f"Stopped by the work limit of {asked['work_limit']:,} simplex iterations; {proven}."
        if a["status"] == "running":
            without = "what limits are worth and why runs are refused is told by the final plan only"
            return f"Saved {a['wall_seconds']:.0f} s into a search that went on; {proven}; {without}."
        return f"Interrupted; {proven}."

    def worth(self) -> str:
        """Net value with what it is made of."""
        sums = dict.fromkeys(SIGN, 0.0)
        for line in self.tables.ledger.records():
            sums[line["kind"]] += abs(line["discounted_musd"])
        names = {"value": "value", "terminal": "+ worth at the end", "capex": "- capex", "opex": "- opex"}
        parts = [f"{name} {money(sums[kind])}" for kind, name in names.items()]
        parts += [f"- fees {money(sums['fee'])}"] if sums["fee"] else []
        parts += [f"- penalties {money(sums['penalty'])}"] if sums["penalty"] else []
        parts[1:1] = [f"+ resale {money(sums['resale'])}"] if sums["resale"] else []
        net = float(self.data.attrs["objective_musd"])
        inputs = self.tables.reading.inputs
        start = inputs.setting("calendar", "start")
        if inputs.setting("finance", "objective") == "least_cost":
            costs = " + ".join(part.removeprefix("- ") for part in parts if part.startswith("- "))
            back = f" - resale {money(sums['resale'])}" if sums["resale"] else ""
            back += f" - worth at the end {money(sums['terminal'])}"
            return f"Cost {money(-net)}, discounted to {start} ({costs}{back})."
        return f"Net value {money(net)}, discounted to {start} ({' '.join(parts)})."

    def trust(self) -> str:
        """Whether the check passed, and on how many assumptions the plan stands."""
        checked = "Re-checked without the solver: passed." if self.data.attrs["checked"] else "NOT CHECKED."
        p = self.tables.reading.document["provenance"]
        total = p["sourced"] + p["assumed"] + p["unstated"]
        said = f"{checked} {p['assumed']} of {total} inputs are assumptions"
        return said + (f", {p['unstated']} state neither source nor assumption." if p["unstated"] else ".")

    def not_modelled(self) -> str:
        """What the scenario has no table for, so that the plan leaves it out."""
        missing = [name.replace("_", " ") for name in not_modelled(self.tables.reading.document["tables"])]
        return "Not modelled (the scenario has no such table): " + ", ".join(missing) + "." if missing else ""

    def text(self) -> str:
        """The whole page, lines of at most 100 characters."""
        a = self.data.attrs
        blocks = [
            [
                *wrapped(f"{a['study']}: {a['title']}"),
                *wrapped(self.verdict()),
                *wrapped(self.worth()),
                *wrapped(self.trust()),
            ],
            spending.orders(self.tables),
            built.power(self.tables),
            built.network(self.tables),
            spending.leases(self.tables),
            spending.sales(self.tables),
            spending.cash(self.tables),
            runs.runs(self.tables),
            runs.programmes(self.tables),
            runs.use(self.tables),
            teams.teams(self.tables),
            replan.commitments(self.tables),
            limits.broken(self.tables),
            limits.binding(self.tables),
            self._notes(),
        ]
        return printable("\n\n".join("\n".join(block) for block in blocks if block)) + "\n"

    def _notes(self) -> list[str]:
        lines = wrapped(self.not_modelled()) if self.not_modelled() else []
        for notice in json.loads(self.data.attrs.get("check_notices", "[]"))[:5]:
            lines += wrapped(f"Note: {notice}")
        return lines


def summary_text(data: xr.Dataset) -> str:
    """The plan in a page of plain text.

    Parameters
    ----------
    data
        The plan's dataset.

    Returns
    -------
    Lines of at most 100 characters, ending in a newline.
    """
    return PlanSummary(data).text()
