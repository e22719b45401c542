"""What follows from programmes before any decision: levels of efficiency, and possible ends of runs in progress."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.core.declare import Row
from planner.core.inputs import Inputs
from planner.data.calendar import Calendar
from planner.data.candidates import Reach, build_candidates
from planner.data.sizing import UtilisationTable, run_flop_zflop


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a programme's ladder: what it leaves of a run's compute, and the earliest start with it, month."""

    programme: str
    number: int
    flop_factor: float
    earliest: int

    @property
    def name(self) -> str:
        return f"{self.programme}.{self.number}"


def read_ladders(inputs: Inputs) -> dict[str, list[Level]]:
    """The levels of each programme that has a ladder, in order.

    A level stands on those below it: none is ready before they are, in spite of a shorter lead.
    """
    ladders: dict[str, list[Level]] = defaultdict(list)
    for row in sorted(inputs.rows("efficiency"), key=lambda row: int(row["level"])):
        below = ladders[row["programme"]]
        earliest = max([int(row["lead_months"]), *(level.earliest for level in below)])
        below.append(Level(row["programme"], int(row["level"]), float(row["flop_factor"]), earliest))
    return dict(ladders)


def realised_share(option: Row, programme: Row, calendar: Calendar, month: int) -> float:
    """Share of a programme's value that an option realises in a month: less for each month after `due`."""
    late = max(0, month - calendar.month(programme["due"]))
    return float(option["share"] * (1.0 - programme["value_loss_per_month"]) ** late)


def licence_month(option: Row, calendar: Calendar) -> int:
    """The month in which a licence is paid for and of use: its own date, or the horizon's start."""
    return 0 if option["from"] is None else max(0, calendar.month(option["from"]))


def all_placements(inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach) -> pd.DataFrame:
    """Every way a run may be done (`build_candidates`), then every way in which a run in progress may end.

    Where programmes have ladders of efficiency, each run of theirs at every level: column `level`, 0 without any.
    """
    found = build_candidates(inputs, calendar, utilisation, reach)
    if inputs.rows("efficiency"):
        found = pd.concat([found.assign(level=0), *_at_levels(inputs, calendar, utilisation, reach)], ignore_index=True)
    if not inputs.rows("cancellable"):
        return found
    ends = pd.DataFrame(_ends(inputs, calendar)).reindex(columns=found.columns, fill_value=0)
    return pd.concat([found, ends], ignore_index=True) if len(found) else ends


def _at_levels(
    inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach
) -> Iterable[pd.DataFrame]:
    """The candidates at each level but the lowest, of all runs that have it."""
    ladders, options = read_ladders(inputs), inputs.rows("programme_options")
    of_run = {row["run"]: ladders[row["programme"]] for row in options if row["programme"] in ladders}
    for number in range(1, 1 + max(len(levels) for levels in ladders.values())):
        runs = [run for run in inputs.rows("runs") if len(of_run.get(run["run"], ())) >= number]
        level = {run["run"]: of_run[run["run"]][number - 1] for run in runs}
        lighter = [_lighter(run, level[run["run"]]) for run in runs]
        found = build_candidates(inputs, calendar, utilisation, reach, lighter)
        earliest = found["run"].map({run: at.earliest for run, at in level.items()})
        yield found[found["start"] >= earliest].assign(level=number)


def _lighter(run: Row, level: Level) -> Row:
    """The run with its compute at a level, the other cells as they are."""
    asked: dict[str, Any] = {"flop_zflop": level.flop_factor * run_flop_zflop(run)}
    cells: Any = run  # a row notes its cells as they are read: it must not be copied
    return ChainMap(asked, cells)


def _ends(inputs: Inputs, calendar: Calendar) -> Iterable[dict[str, object]]:
    running = inputs.by_id("running", "running")
    for row in inputs.rows("cancellable"):
        held = running[row["running"]]
        for finish in possible_ends(row, held, calendar):
            here = [h for h, slot in enumerate(calendar.slots) if slot.start < finish]
            last = here[-1] if here else -1
            yield {
                "run": row["running"],
                **{name: held[name] for name in ("accelerator", "site", "n")},
                "first_slot": 0,
                "last_slot": last,
                "start": 0,
                "months": finish,
                "finish": finish,
            }


def candidates_of(
    inputs: Inputs, calendar: Calendar, placements: pd.DataFrame
) -> dict[str, list[tuple[int, int | None]]]:
    """The candidates of the runs, and runs in progress, that the portfolio's tables name.

    Returns
    -------
    By run: number of each candidate, and the month in which the run is done by it; None: cancelled.
    """
    running = inputs.by_id("running", "running")
    until = {row["running"]: calendar.month(running[row["running"]]["until"]) for row in inputs.rows("cancellable")}
    named = [row["run"] for table in ("programme_options", "precedence") for row in inputs.rows(table)]
    named += [*until, *(row["after"] for row in inputs.rows("precedence"))]
    numbers: Any = placements.groupby("run", sort=False).indices if named else {}
    finish, found = placements["finish"].tolist(), {}
    for run in dict.fromkeys(name for name in named if name is not None):
        own = until.get(run)
        ends = [(c, int(finish[c])) for c in map(int, numbers.get(run, ()))]
        kept = None if own is None else min(own, calendar.end)
        found[run] = [(c, end if own is None else own if end == kept else None) for c, end in ends]
    return found


def possible_ends(row: Row, held: Row, calendar: Calendar) -> list[int]:
    """The months in which a run in progress may end: the starts of periods in which it may be cancelled, then its own.

    What runs beyond the horizon ends with it.
    """
    until = min(calendar.month(held["until"]), calendar.end)
    first = 0 if row["from"] is None else calendar.month(row["from"])
    last = until if row["until"] is None else calendar.month(row["until"])
    return [p.start for p in calendar.periods if first <= p.start <= last and p.start < until] + [until]
