"""The integer columns as the strategy sees them: role, place, type, months, run - no room's variable by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.core.declare import Room
from planner.data.derive import Case
from planner.solve.compile import Matrix

Columns = NDArray[np.int64]
NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Choices:
    """The integer columns of a matrix, one entry each.

    `column` is the column's number; `places` where it stands or runs (sites and leases; a run over a span: all
    of them); `accelerator` "" where it is of no type; `start` and `finish` months of the horizon in which it
    holds or arrives; `run` "" where it is no start of a run; `worth` M$ of value that it can bring.
    """

    column: Columns
    role: NDArray[np.object_]
    places: tuple[frozenset[str], ...]
    accelerator: NDArray[np.object_]
    start: NDArray[np.int64]
    finish: NDArray[np.int64]
    run: NDArray[np.object_]
    team: NDArray[np.object_]
    worth: NDArray[np.float64]

    @cached_property
    def runs(self) -> dict[str, Columns]:
        """The columns of each run's starts, the run of most worth first."""
        found: dict[str, list[int]] = {}
        for at in np.flatnonzero(self.run != "").tolist():
            found.setdefault(self.run[at], []).append(at)
        most = {run: float(self.worth[at].max()) for run, at in found.items()}
        return {run: self.column[found[run]] for run in sorted(found, key=lambda run: (-most[run], run))}

    @cached_property
    def starts(self) -> tuple[Columns, Columns]:
        """The columns of all starts of runs, and the number of the run of each."""
        mine = np.flatnonzero(~self.others)
        return self.column[mine], np.unique(self.run[mine].astype(str), return_inverse=True)[1]

    @cached_property
    def homes(self) -> dict[str, Columns]:
        """Of each run's starts, in the order of `runs`, the number of the place and type where it is."""
        names = [f"{sorted(at)}{kind}" for at, kind in zip(self.places, self.accelerator, strict=True)]
        number = np.unique(names, return_inverse=True)[1]
        where = dict(zip(self.column.tolist(), number.tolist(), strict=True))
        return {run: np.array([where[i] for i in columns.tolist()]) for run, columns in self.runs.items()}

    @cached_property
    def worth_of(self) -> dict[str, float]:
        """The most that each run can bring, M$."""
        return {run: float(self.worth[self.run == run].max()) for run in self.runs}

    @cached_property
    def others(self) -> NDArray[np.bool_]:
        """Which entries are no starts of runs: orders, modules, tiers, sites, contracts."""
        return np.asarray(self.run == "", dtype=bool)

    @cached_property
    def all_places(self) -> tuple[str, ...]:
        """Every place that some entry is at."""
        return tuple(sorted({place for places in self.places for place in places}))

    def at(self, place: str) -> NDArray[np.bool_]:
        """Which entries are at a place."""
        return np.fromiter((place in places for places in self.places), bool, len(self.places))


def read_choices(matrix: Matrix, case: Case, rooms: Sequence[Room]) -> Choices:
    """What the indices of the integer columns say, by the dims of the results that they are."""
    dims = {(room.name, output.component): output.dims for room in rooms for output in room.outputs}
    column = np.flatnonzero(matrix.integer)
    facts = list(_facts(matrix, column, case, dims))
    return Choices(
        column,
        np.array([matrix.roles[i] for i in column], dtype=object),
        tuple(fact.places for fact in facts),
        np.array([fact.accelerator for fact in facts], dtype=object),
        np.array([fact.start for fact in facts], dtype=np.int64),
        np.array([fact.finish for fact in facts], dtype=np.int64),
        np.array([fact.run for fact in facts], dtype=object),
        np.array([fact.team for fact in facts], dtype=object),
        np.array([fact.worth for fact in facts], dtype=float),
    )


@dataclass(frozen=True, slots=True)
class _Fact:
    places: frozenset[str] = NOWHERE
    accelerator: str = ""
    start: int = 0
    finish: int = 0
    run: str = ""
    team: str = ""
    worth: float = 0.0


def _facts(
    matrix: Matrix, column: Columns, case: Case, dims: Mapping[tuple[str, str], tuple[str, ...]]
) -> Iterator[_Fact]:
    candidates, places = _candidate_facts(case), _places(case)
    for i in column:
        variable = matrix.columns[i]
        component = variable.parent_component()
        index = variable.index()
        parts = index if isinstance(index, tuple) else (index,)
        over = dims[component.parent_block().local_name, component.local_name]
        if over == ("candidate",):
            yield candidates[parts[0]]
            continue
        yield _of_index(dict(zip(over, parts, strict=True)), case, places)


def _of_index(index: Mapping[str, Any], case: Case, places: Mapping[str, frozenset[str]]) -> _Fact:
    """What an index says: a hall is called site.hall, a module of a link link.module, and so on."""
    names = [name for label in index.values() if isinstance(label, str) for name in label.split(".")]
    t = index.get("period", index.get("signature"))
    period = None if t is None else case.calendar.periods[t]
    return _Fact(
        NOWHERE.union(*(places.get(name, NOWHERE) for name in names)),
        str(index.get("accelerator", "")),
        0 if period is None else period.start,
        case.calendar.end if period is None else period.end,
    )


def _candidate_facts(case: Case) -> list[_Fact]:
    spans = {span: frozenset(site for site, _ in row.shares) for span, row in case.spans.items()}
    teams = {run: row["team"] for run, row in case.runs.items()}
    names = ("run", "site", "accelerator", "start", "finish", "value_musd")
    return [
        _Fact(spans.get(site, frozenset([site])), kind, start, finish, run, teams.get(run) or "", worth)
        for run, site, kind, start, finish, worth in zip(*(case.candidates[n].tolist() for n in names), strict=True)
    ]


def _places(case: Case) -> dict[str, frozenset[str]]:
    """Where a name in an index is: a place is itself, a link joins two."""
    links = {row["link"]: frozenset([row["site_a"], row["site_b"]]) for row in case.inputs.rows("links")}
    return links | {place: frozenset([place]) for place in case.places}
