"""Portfolio, second opinion: programmes and what fulfils them (G1, G2), precedence (G3), levels (G4, G5), ends (G6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.results.check.case import Case
from planner.results.check.chosen import Choice, Ending
from planner.results.check.report import Array

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """An option that is taken, all of it or (in no sound plan) a part: begun and done in which months."""

    option: Row
    begin: int
    finish: int
    part: float
    place: str | None


def check_portfolio(case: Case, choices: list[Choice], endings: list[Ending]) -> None:
    """Programmes, ladders, precedence and runs in progress against the choices; what they earn and cost."""
    licensed = _licences(case)
    taken = list(_taken(case, choices, endings, licensed))
    _programmes(case, taken)
    _precedence(case, choices, endings)
    _ladders(case, choices)
    _endings(case, endings)


def _licences(case: Case) -> dict[str, float]:
    """Licences taken, by option."""
    names = case.labels["option"]
    if not names:
        return {}
    stated = case.read("licensed", "option")
    dims = case.dims("option")
    case.found.decision("licensed", stated, dims, "1", whole=True)
    by_run = np.array([row["run"] is not None for row in case.inputs.rows("programme_options")])
    case.found.never("eligibility", stated, dims, by_run, "1", "a licence of what a run fulfils")
    return dict(zip(names, stated.tolist(), strict=True))


def _taken(case: Case, choices: list[Choice], endings: list[Ending], licensed: dict[str, float]) -> Iterator[Taken]:
    for row in case.inputs.rows("programme_options"):
        if row["run"] is None:
            month = max(0, case.months_of("from", row, 0))
            part = licensed[f"{row['programme']}.{row['option']}"]
            if part:
                yield Taken(row, month, month, part, None)
        for choice in choices:
            if choice.run == row["run"]:
                yield Taken(row, choice.start, choice.finish, choice.share, choice.place)
        for ending in endings:
            if ending.running == row["run"] and ending.kept:
                yield Taken(row, 0, ending.until, ending.share, None)


def _realised(case: Case, taken: Taken, programme: Row) -> float:
    """The share of a programme's value or revenue that comes of an option."""
    late = max(0, taken.finish - case.calendar.month(programme["due"]))
    kept = (1.0 - float(programme["value_loss_per_month"])) ** late
    return taken.part * float(taken.option["share"]) * kept


def _programmes(case: Case, taken: list[Taken]) -> None:
    rows = case.inputs.rows("programmes")
    if not rows:
        return
    by: dict[str, list[Taken]] = defaultdict(list)
    for item in taken:
        by[item.option["programme"]].append(item)
    parts = np.array([sum(item.part for item in by[row["programme"]]) for row in rows])
    asked = {row["programme"] for row in case.inputs.rows("programme_options")}
    dims = case.dims("programme")
    case.found.at_most("G1", parts, 1.0, dims, np.array([row["programme"] in asked for row in rows]))
    case.found.at_most("G2", 1.0, parts, dims, np.array([bool(row["must_fulfil"]) for row in rows]))
    for row in rows:
        for item in by[row["programme"]]:
            full = float(row["revenue_musd"] if row["counts_revenue"] else row["value_musd"])
            case.money.line("value", "programme", row["programme"], item.finish, full * _realised(case, item, row))
            fee = item.part * float(item.option["fee_musd"])
            case.money.line("fee", "option", row["programme"], item.begin, fee)
    _fates(case, rows, by)


def _fates(case: Case, rows: list[Row], by: dict[str, list[Taken]]) -> None:
    """What each programme is said to come to, against what follows."""
    names = ("status", "option", "way", "finish", "months_late", "value_musd", "revenue_musd")
    missing = [name for name in names if f"programme_{name}" not in case.data.variables]
    for name in missing:
        case.found.add(f"output:programme_{name}", "", float(len(rows)), "values", "is missing from the plan")
    if missing:
        return
    place = {name: i for i, name in enumerate(case.stated_labels("programme"))}
    for row in rows:
        item = next((x for x in by[row["programme"]] if x.part > 0.5), None)
        expected = dict(zip(names, _fate(case, row, item), strict=True))
        for name, derived in expected.items():
            if row["programme"] in place:
                stated = case.data.variables[f"programme_{name}"].values[place[row["programme"]]]
                case.same_cell(f"programme_{name}", f"programme={row['programme']}", stated, derived)


def _fate(case: Case, row: Row, item: Taken | None) -> tuple[str | float, ...]:
    if item is None:
        return "refused", "", "", "", 0.0, 0.0, 0.0
    late = max(0, item.finish - case.calendar.month(row["due"]))
    share = _realised(case, item, row) / item.part
    return (
        "late" if late else "fulfilled",
        str(item.option["option"]),
        _way(case, item),
        case.calendar.date(item.finish),
        float(late),
        share * float(row["value_musd"]),
        float("nan") if row["revenue_musd"] is None else share * float(row["revenue_musd"]),
    )


def _way(case: Case, item: Taken) -> str:
    run = item.option["run"]
    if run is None:
        return "licence"
    if run in {row["running"] for row in case.inputs.rows("cancellable")}:
        return "run in progress"
    programmes = [row["programme"] for row in case.inputs.rows("programme_options") if row["run"] == run]
    if len(programmes) > 1:
        return "merged run"
    return "leased" if item.place in case.leases else "run"


def _precedence(case: Case, choices: list[Choice], endings: list[Ending]) -> None:
    calendar = case.calendar
    done: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for choice in choices:
        done[choice.run].append((choice.finish, choice.share))
    for ending in endings:
        if ending.kept:
            done[ending.running].append((ending.until, ending.share))
    for row in case.inputs.rows("precedence"):
        begun, able = np.zeros(len(calendar.slots)), np.zeros(len(calendar.slots))
        for choice in choices:
            if choice.run == row["run"]:
                begun += choice.share * (calendar.slot_starts >= choice.start)
        for finish, share in done[row["after"]]:
            able += share * (calendar.slot_starts >= finish + int(row["lag_months"]))
        place = [("run", [row["run"]]), ("after", [row["after"]]), ("slot", calendar.slots)]
        case.found.at_most("G3", begun[None, None], able[None, None], place)


def _ladders(case: Case, choices: list[Choice]) -> None:
    rows, calendar = case.inputs.rows("efficiency"), case.calendar
    if not rows:
        return
    ready = case.read("efficiency_ready", "level", "slot")
    dims = case.dims("level", "slot")
    case.found.decision("efficiency_ready", ready, dims, "1", whole=True)
    leads = np.array([int(row["lead_months"]) for row in rows])
    early = calendar.slot_starts[None, :] < leads[:, None]
    case.found.never("eligibility", ready, dims, early, "1", "ready sooner than its lead after the horizon's start")
    by_then = np.cumsum(ready, axis=1)
    place = {(row["programme"], int(row["level"])): i for i, row in enumerate(rows)}
    used: Array = np.zeros(ready.shape)
    for choice in choices:
        for row in case.inputs.rows("programme_options"):
            at = place.get((row["programme"], choice.level))
            if row["run"] == choice.run and at is not None:
                used[at] += choice.share * (calendar.slot_starts >= choice.start)
    case.found.at_most("G4", used, by_then, dims)
    lower = np.array([place.get((row["programme"], int(row["level"]) - 1), -1) for row in rows])
    case.found.at_most("G5", by_then, by_then[lower], dims, (lower >= 0)[:, None])
    for i, h in np.argwhere(ready != 0):
        cost, paid = float(rows[i]["cost_musd"]) * float(ready[i, h]), int(calendar.slot_starts[h]) - int(leads[i])
        case.money.line("fee", "efficiency", rows[i]["programme"], paid, cost)


def _endings(case: Case, endings: list[Ending]) -> None:
    rows = case.inputs.rows("cancellable")
    if not rows:
        return
    names = [row["running"] for row in rows]
    parts = np.array([sum(e.share for e in endings if e.running == name) for name in names])
    case.found.equal("G6", parts, 1.0, [("running", names)])
    terms = case.inputs.by_id("cancellable", "running")
    for ending in endings:
        row = terms[ending.running]
        if ending.kept:
            amount = float(row["value_musd"]) * ending.share
            case.money.line("value", "running", ending.running, ending.until, amount)
        else:
            amount = float(row["fee_musd"]) * ending.share
            case.money.line("fee", "cancellation", ending.running, ending.finish, amount)
    final = {e.running: e for e in endings if e.share > 0.5}
    stated = {name: i for i, name in enumerate(case.stated_labels("running"))} if "running" in case.data.sizes else {}
    for held in case.inputs.rows("running"):
        last = case.calendar.month(held["until"])
        end, kept, share = last, "kept", float("nan")
        if (ended := final.get(held["running"])) is not None and not ended.kept:
            end, kept = ended.finish, "cancelled"
        if held["running"] in terms and terms[held["running"]]["started"] is not None:
            begun = case.calendar.month(terms[held["running"]]["started"])
            share = (end - begun) / (last - begun)
        expected: dict[str, str | float]
        expected = {"running_status": kept, "running_end": case.calendar.date(end), "running_sunk_share": share}
        for name, derived in expected.items():
            if name not in case.data.variables:
                case.found.add(
                    f"output:{name}", f"running={held['running']}", 1.0, "values", "is missing from the plan"
                )
            elif held["running"] in stated:
                cell = case.data.variables[name].values[stated[held["running"]]]
                case.same_cell(name, f"running={held['running']}", cell, derived)
