"""How inputs, outputs and rooms are declared: once, and everything else is made from it.

A `Column` says what a cell may hold; a `Table` is a set of columns with a key and the rules that span
cells; a `Room` is a family of constraints with the tables it reads, the equations it states and the
results it publishes. Validation, the input reference, the JSON schema, the result dataset and the page
of mathematics are all read off these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from planner.core.inputs import Inputs

Kind = Literal["id", "text", "number", "integer", "date", "flag", "choice", "ids", "integers"]
Cell = str | float | int | bool | list[str] | list[int] | None
Row = Mapping[str, Any]


class _Required:
    """The default of a column whose cell must be filled."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Column:
    """One cell: its kind, unit, bounds, default and meaning.

    `default=REQUIRED` demands a value; `default=None` means an empty cell stays unknown (`None`).
    `low`/`high` are inclusive unless `low_open`. `refers` names the tables whose ids are allowed.
    `catalogue=True`: an empty cell is filled from the catalogue row that the row's `catalogue` names.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    default: Cell | _Required = REQUIRED
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    catalogue: bool = False

    @property
    def required(self) -> bool:
        return isinstance(self.default, _Required)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: the row (by position), the column to point at, and what is wrong."""

    row: int
    column: str
    message: str
    got: object = None
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over several cells, rows or tables; `check` yields one finding per breach.

    `reads` names the other tables and settings blocks whose cells it needs sound: it is left out while one
    of them has problems of its own.
    """

    name: str
    meaning: str
    check: Callable[[Sequence[Row], Inputs], Iterable[Finding]]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV table of the scenario (or a block of settings when `key` is empty).

    `catalogue` names the catalogue under `data/` whose rows may fill empty cells.
    Every table also takes the columns `source` and `assumption`.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    catalogue: str | None = None

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that users can change: what they call it, and what breaking it by one unit weighs against a M$.

    Where no plan exists, the cheapest set of limits to relax by these weights is what the user is told.
    """

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Equation:
    """A numbered family of rows: its component on the room's block, its sentence and unit, and what it is over.

    `over` names the parts of a row's index; `limit` is given where the rows state a limit that users can change.
    """

    number: str
    component: str
    sentence: str
    unit: str
    over: tuple[str, ...] = ()
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A result: the component it is read from, its dims, unit and long name."""

    name: str
    component: str
    dims: tuple[str, ...]
    unit: str
    meaning: str


Role = Literal["module", "run", "site", "tier", "contract"]


@dataclass(frozen=True, slots=True)
class Room:
    """A family of constraints in one file: what it reads, decides, states and publishes.

    `build(m, b, d)` fills the room's own Pyomo block `b` from the derived data `d`, taking what it
    `needs` from the other rooms through `m` (what they offer or publish) and leaving there what it `offers`.
    `account(m, b, d)` then writes what the block's decisions cost and earn into the ledger: apart from `build`, so
    that a changed price states no row anew.
    `integers` gives each integer variable's role, so that the strategy need not know its name.
    `money` lists the (kind, part) pairs of the ledger the room may write.
    """

    name: str
    build: Callable[[Any, Any, Any], None]
    account: Callable[[Any, Any, Any], None] | None = None
    needs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    money: tuple[tuple[str, str], ...] = ()
    inputs: tuple[Table, ...] = ()
    equations: tuple[Equation, ...] = ()
    outputs: tuple[Output, ...] = ()
    integers: Mapping[str, Role] = field(default_factory=dict)
