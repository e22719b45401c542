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
from planner.data.candidates import COLUMNS, Reach, build_candidates
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
    """Every way a run may be done (`build_candidates`), at every level of its programme's ladder, column `level`.

    Behind them every way in which a run in progress that may be cancelled can end: rows from the horizon's start.
    """
    frames = [build_candidates(inputs, calendar, utilisation, reach).assign(level=0)]
    ladders = read_ladders(inputs)
    of_run = {row["run"]: ladders[row["programme"]] for row in inputs.rows("programme_options")
              if row["run"] is not None and row["programme"] in ladders}  # fmt: skip
    runs = [row for row in inputs.rows("runs") if row["run"] in of_run] if of_run else []
    for number in sorted({level.number for levels in of_run.values() for level in levels}):
        asked = [(run, of_run[run["run"]][number - 1]) for run in runs if len(of_run[run["run"]]) >= number]
        found = build_candidates(inputs, calendar, utilisation, reach, [_lighter(run, level) for run, level in asked])
        earliest = found["run"].map({run["run"]: level.earliest for run, level in asked})
        frames.append(found[found["start"] >= earliest].assign(level=number))
    ends = pd.DataFrame(_ends(inputs, calendar), columns=[*COLUMNS, "level"])
    frames = [frame for frame in (*frames, ends) if len(frame)] or frames[:1]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _lighter(run: Row, level: Level) -> Row:
    """The run with its compute at a level, the other cells as they are."""
    asked: dict[str, Any] = {"flop_zflop": level.flop_factor * run_flop_zflop(run)}
    cells: Any = run  # a row notes its cells as they are read: it must not be copied
    return ChainMap(asked, cells)


def _ends(inputs: Inputs, calendar: Calendar) -> Iterable[tuple[object, ...]]:
    running = inputs.by_id("running", "running")
    for row in inputs.rows("cancellable"):
        held = running[row["running"]]
        for finish in possible_ends(row, held, calendar):
            here = [h for h, slot in enumerate(calendar.slots) if slot.start < finish]
            last = here[-1] if here else -1
            yield row["running"], held["accelerator"], held["site"], 0, last, 0, finish, finish, held["n"], 0


def possible_ends(row: Row, held: Row, calendar: Calendar) -> list[int]:
    """The months in which a run in progress may end: the starts of periods in which it may be cancelled, then its own.

    What runs beyond the horizon ends with it.
    """
    until = min(calendar.month(held["until"]), calendar.end)
    first = 0 if row["from"] is None else calendar.month(row["from"])
    last = until if row["until"] is None else calendar.month(row["until"])
    return [p.start for p in calendar.periods if first <= p.start <= last and p.start < until] + [until]
