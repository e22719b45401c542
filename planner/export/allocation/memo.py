"""The allocation memo of a team, in Markdown: what it gets, how it fares, what admitting what was refused would cost.

From the plan's dataset alone. Dates, places, sizes and values are the plan's decisions and exact; what a stream has is
an average; what admitting a run would cost is a price at the margin (see `results/reasons.py`) and said to be one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from planner.core.units import MONTHS_PER_YEAR
from planner.data.teams import read_tree
from planner.export.allocation.fares import how_it_fares
from planner.export.allocation.markdown import plain, table
from planner.export.facts.allotments import LEAST_UNITS, NO_TEAM, RUN, STREAM
from planner.export.tables import PlanTables
from planner.export.words import amount, count, money, percent, several

MONTHS_PER_QUARTER = 3
MANY = 100
UNKNOWN = "; what admitting it would cost has no price in this plan"


def teams_of(tables: PlanTables) -> list[str]:
    """Everyone who asks for something or has something; `no team` for what names none."""
    rows = {str(row["team"]) for row in tables.reading.inputs.rows("teams")}
    asked = {row["team"] or NO_TEAM for row in (*tables.runs.records(), *tables.programmes.records())}
    return sorted(rows | asked | {load.team for load in tables.facts.allotments.loads})


def memo_text(tables: PlanTables, team: str) -> str:
    """The memo of a team, by id, or of `no team`."""
    return "\n".join(line for part in _Memo(tables, team).parts() for line in (*part, "")).rstrip("\n") + "\n"


class _Memo:
    """The paragraphs of one team's memo."""

    def __init__(self, tables: PlanTables, team: str) -> None:
        self._tables, self._team, self._r = tables, team, tables.reading
        self._calendar = tables.reading.case.calendar
        tree = read_tree(tables.reading.inputs)
        self._members = tree.members.get(team, (team,))  # a group stands for the teams below it
        self._above = tree.parent.get(team)

    def parts(self) -> list[list[str]]:
        sections: tuple[Callable[[], list[str]], ...] = (
            self._head, self._quarters, self._fares, self._runs, self._streams, self._programmes, self._not_as_asked,
            self._ground,
        )  # fmt: skip
        return [part for part in (section() for section in sections) if part]

    def _mine(self, name: str) -> list[dict[str, Any]]:
        return [row for row in getattr(self._tables, name).records() if (row["team"] or NO_TEAM) in self._members]

    def _head(self) -> list[str]:
        a, last = self._r.data.attrs, self._r.month(self._calendar.reported_end - 1)
        titles = {row["team"]: row["title"] for row in self._r.inputs.rows("teams")}
        title = titles.get(self._team)
        proven = f", within {percent(a['gap'])} of {self._r.gap_is_of}" if math.isfinite(a["gap"]) else ""
        return [
            f"# Allocation memo: {self._team}{f' ({plain(title)})' if title else ''}",
            "",
            f"From the plan of {a['study']} ({plain(a['title'])}){_shared(self._r.policy)}, {self._r.month(0)} to "
            f"{last}; status {a['status']}{proven}.",
            *([] if self._above is None else ["", f"Part of {self._above}, which has a memo of its own."]),
            *([] if self._members == (self._team,) else ["", f"For all of its teams: {', '.join(self._members)}."]),
        ]

    def _quarters(self) -> list[str]:
        """Accelerators by quarter of the fiscal year: the average over its months inside the reported horizon."""
        loads = {load: n for load, n in self._tables.facts.allotments.loads.items() if load.team in self._members}
        body = []
        for label, months in self._months_by_quarter().items():
            held: dict[tuple[str, str], float] = defaultdict(float)
            total = {RUN: 0.0, STREAM: 0.0}
            for load, n in loads.items():
                mean = float(n[months].mean())
                held[load.accelerator, load.site] += mean
                total[load.kind] += mean
            if sum(total.values()) > LEAST_UNITS:
                where = ", ".join(f"{_units(n)} {g} at {s}" for (g, s), n in held.items() if n > LEAST_UNITS)
                body.append((label, _units(total[RUN]), _units(total[STREAM]), where))
        if not body:
            return ["## What it gets", "", "No accelerators inside the reported horizon."]
        head = ("quarter, from", "for runs", "for streams", "of which type and where")
        said = "Accelerators, the average over the months of each quarter of the fiscal year."
        return ["## What it gets", "", said, "", *table(head, body, right=(1, 2))]

    def _months_by_quarter(self) -> dict[str, list[int]]:
        """The reported months of every quarter, by its fiscal year, number and first month."""
        c, found = self._calendar, defaultdict(list)
        offset = (c.first_month + 1 - c.fiscal_year_starts) % MONTHS_PER_YEAR
        for month in range(c.reported_end):
            found[(month + offset) // MONTHS_PER_QUARTER].append(month)
        return {
            f"{c.fiscal_year(months[0])} Q{quarter % 4 + 1}, {c.label(months[0])}": months
            for quarter, months in found.items()
        }

    def _fares(self) -> list[str]:
        return how_it_fares(self._tables, self._team, self._members)

    def _runs(self) -> list[str]:
        rows = sorted(self._mine("runs"), key=lambda row: (row["start"] is None, str(row["start"]), row["run"]))
        body = [
            (
                row["run"], row["start"] or "-", row["finish"] or "-",
                f"{count(row['n'])} {row['accelerator']}" if row["start"] else "-",
                row["site"] or "-", row["due"] or "-",
                amount(row["value_musd"]), self._became(row),
            )
            for row in rows
        ]  # fmt: skip
        known = {row["run"] for row in rows}
        ends = {row["running"]: row["status"] for row in self._mine("ends")}
        for gang in self._r.gangs:
            if (gang.team or NO_TEAM) in self._members and gang.run not in known:
                became = "cancelled" if ends.get(gang.run) == "cancelled" else "runs on from before"
                dates = f"before {self._r.month(0)}", str(self._r.month(gang.finish))
                body.append((gang.run, *dates, f"{count(gang.n)} {gang.accelerator}", gang.site, "-", "-", became))
        if not body:
            return []
        head = ("run", "from", "until", "gang", "site", "due", "value, M$", "what became of it")
        return ["## Its runs", "", *table(head, body, right=(6,))]

    def _became(self, row: dict[str, Any]) -> str:
        if (instead := self._r.spared.get(row["run"])) is not None:
            return f"not needed: {instead}" if instead else "not needed"
        return "in time" if row["status"] == "started" else str(row["status"])

    def _streams(self) -> list[str]:
        body = []
        for stream, found in _by(self._mine("streams"), "stream").items():
            rows = [row for row in found if not row["in_tail"]]
            months = sum(row["months"] for row in rows)
            mean = sum(row["served_pflops"] * row["months"] for row in rows) / months
            short = sum(row["unserved_pflops"] * row["months"] for row in rows) / months
            body.append((stream, amount(mean), amount(short)))
        if not body:
            return []
        head = ("stream", "PFLOP/s served", "PFLOP/s of its floor missed")
        return ["## Its streams", "", "Averages over the reported horizon.", "", *table(head, body, right=(1, 2))]

    def _programmes(self) -> list[str]:
        body = [
            (
                row["programme"], row["status"], row["option"] or "-", row["finish"] or "-", row["due"],
                amount(row["value_musd"]), "-" if row["break_even_musd"] is None else amount(row["break_even_musd"]),
            )
            for row in self._mine("programmes")
        ]  # fmt: skip
        if not body:
            return []
        head = ("programme", "status", "by option", "from", "due", "value, M$", "break-even revenue, M$ (marginal)")
        return ["## Its programmes", "", *table(head, body, right=(5, 6))]

    def _not_as_asked(self) -> list[str]:
        """What is late or refused, why, and what admitting it would cost at the margin."""
        rows = [row for row in self._mine("runs") if row["status"] != "started" and row["run"] not in self._r.spared]
        lines = [f"- **{row['run']}** {self._fate(row)}" for row in rows]
        for row in self._mine("programmes"):
            if row["status"] == "refused":
                lines.append(f"- programme **{row['programme']}** is refused; {_break_even(row)}.")
            elif row["status"] == "late":
                late = several(row["months_late"], "month")
                lines.append(f"- programme **{row['programme']}** is {late} late, by {row['option']}.")
        return ["## What is late or refused", "", *(lines or ["Nothing."])]

    def _fate(self, row: dict[str, Any]) -> str:
        late = row["status"] == "late"
        lost = row["full_value_musd"] - row["value_musd"]
        became = f"is {several(row['months_late'], 'month')} late" if late else "is refused"
        why = f"Reason: {row['reason'] or 'none is kept in this plan'}"
        return f"{became}, {money(lost)} of value lost. {why}{self._price(row['run'], late)}."

    def _price(self, run: str, late: bool) -> str:
        costs, nearest = self._r.array("run_admission_musd"), self._r.array("run_nearest_candidate")
        if costs is None or nearest is None:
            return UNKNOWN
        at = self._r.labels("run").index(run)
        cost, c = float(costs[at]), int(nearest[at])
        if math.isnan(cost) or c < 0:
            return UNKNOWN
        n, g, site, start = (
            self._r.data[f"candidate_{name}"].to_numpy()[c] for name in ("n", "accelerator", "site", "start")
        )
        nearest_start = f"{count(float(n))} {g} at {site} from {start}"
        if cost <= 0:
            goal = f", or a goal of policy {self._r.policy}" if self._r.policy else ""
            whole = f"what stands in its way is whole: a gang, lot, contract or tier{goal}"
            return f". At the limits' prices {nearest_start} is not too dear; {whole}, which has no price"
        in_time = "Done in time" if late else "Admitted"
        instead = " more than the start it has" if late else ""
        return (
            f". {in_time} by {nearest_start} it would cost at least {money(cost)} of today{instead}, "
            "net of its value and with every other start kept (marginal)"
        )

    def _ground(self) -> list[str]:
        a = self._r.data.attrs
        better = f"up to {money(a['gap_musd'])} more" if math.isfinite(a["gap_musd"]) else "nobody knows how much more"
        another = f"Another{_shared(self._r.policy)}"
        lines = [
            "- Exact: dates, sites, types, gangs, values, what is late or refused: decisions of the plan"
            + (f". {another} may be worth {better} and serve this team otherwise." if a["gap_musd"] > 0 else "."),
            "- Averages: what streams have. Quotas round them down to whole accelerators.",
            "- Marginal: what admitting would cost, and break-even revenue. They are shadow prices of limits, other "
            + "starts, sites and tiers kept, orders and modules continuous. A price holds for a small step; the whole "
            + "of a run may be dearer, and cheaper where other runs make way.",
        ]
        lost = [row for row in self._mine("runs") if row["status"] == "refused" and row["run"] not in self._r.spared]
        if lost:
            rule = f"--policy {self._r.policy} " if self._r.policy else ""
            forced = f"planner plan {a['study']} {rule}--set runs.{lost[0]['run']}.must_run=true --out out/forced"
            lines.append(
                f"- The exact cost of a refused run takes a search, with the other changes this plan has: `{forced}`, "
                "then `planner compare out/forced/plan.nc PLAN.NC`."
            )
        return ["## What is exact and what is marginal", "", *lines]


def _shared(policy: str) -> str:
    return f" shared out by policy {policy}" if policy else ""


def _units(n: float) -> str:
    """An average of accelerators; where they are many, in whole ones."""
    return count(round(n) if n >= MANY else n)


def _break_even(row: dict[str, Any]) -> str:
    if row["break_even_musd"] is None:
        return "no option could be had"
    return f"its cheapest option would need a revenue of {money(row['break_even_musd'])} (marginal)"


def _by(rows: list[dict[str, Any]], name: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[name]].append(row)
    return groups
