"""What the rooms share while a model is built: offers, the ledger of money, integer roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from planner.core.declare import Role, Room
from planner.core.errors import ModelError

Term = tuple[float, Any]  # coefficient, Pyomo variable

SIGN = {"value": 1.0, "resale": 1.0, "terminal": 1.0, "capex": -1.0, "opex": -1.0, "penalty": -1.0}


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of the ledger: nominal M$ of one kind and part, at one place, in one month of the horizon."""

    kind: str
    part: str
    where: str
    month: int


def linear(terms: Iterable[Term], constant: float = 0.0) -> Any:
    """A linear expression from (coefficient, variable) terms."""
    terms = list(terms)
    return LinearExpression(constant=constant, linear_coefs=[c for c, _ in terms], linear_vars=[v for _, v in terms])


class Ledger:
    """Every cost and value of the plan, nominal, each line once; sealed into named Expressions.

    The same Expression stands in the objective, in the budgets and in the report.
    """

    def __init__(self, block: Any) -> None:
        self._terms: dict[Line, list[Term]] = defaultdict(list)
        self._constants: dict[Line, float] = defaultdict(float)
        self._sealed: set[str] = set()
        self._block = block
        block.amount = pyo.Expression(pyo.Any)
        self._allowed: frozenset[tuple[str, str]] = frozenset()

    def write_for(self, room: Room) -> None:
        """From now on only the money that `room` declares may be added."""
        self._allowed = frozenset(room.money)

    def add(self, line: Line, coefficient: float, variable: Any) -> None:
        """Add coefficient * variable (nominal M$) to a line."""
        self._open(line)
        if coefficient != 0.0:
            self._terms[line].append((coefficient, variable))

    def add_constant(self, line: Line, amount: float) -> None:
        """Add a fixed amount (nominal M$) to a line."""
        self._open(line)
        self._constants[line] += amount

    def _open(self, line: Line) -> None:
        if (line.kind, line.part) not in self._allowed:
            raise ModelError(f"a room wrote the money ({line.kind}, {line.part}) that it does not declare")
        if line.kind in self._sealed:
            raise ModelError(f"money of kind {line.kind} was added after it was summed up")

    def seal(self, *kinds: str) -> None:
        """Make the named Expressions of these kinds; nothing can be added to them after."""
        for line in sorted({*self._terms, *self._constants}):
            if line.kind in kinds and line.kind not in self._sealed:
                key = (line.kind, line.part, line.where, line.month)
                self._block.amount[key] = linear(self._terms[line], self._constants[line])
        self._sealed.update(kinds)

    def lines(self, *kinds: str) -> Iterator[tuple[Line, Any]]:
        """The sealed lines (of some kinds, or all) with their Expressions, in order."""
        for key in sorted(self._block.amount):
            if not kinds or key[0] in kinds:
                yield Line(*key), self._block.amount[key]

    def terms(self, line: Line) -> tuple[list[Term], float]:
        """The terms and the constant of a line."""
        return self._terms.get(line, []), self._constants.get(line, 0.0)


class Workspace:
    """The model under construction: one Pyomo block a room, what rooms offer each other, and the ledger."""

    def __init__(self) -> None:
        self.pyomo = pyo.ConcreteModel()
        self.pyomo.ledger = pyo.Block()
        self.ledger = Ledger(self.pyomo.ledger)
        self.roles: dict[str, Role] = {}
        self._offers: dict[str, Any] = {}
        self._published: dict[str, list[Any]] = {}

    def offer(self, name: str, value: Any) -> None:
        """Leave something for the rooms after this one."""
        if name in self._offers:
            raise ModelError(f"{name} is offered twice")
        self._offers[name] = value

    def publish(self, room: Room) -> None:
        """Let the rooms after this one take its results by their names: what it does not offer it publishes."""
        for output in room.outputs:
            component = self.block(room).component(output.component)
            self._published.setdefault(output.name, []).extend([] if component is None else [component])

    def need(self, name: str) -> Any:
        """Take what an earlier room offers, or one of its results: expressions by index, none where it has none."""
        if name in self._offers:
            return self._offers[name]
        if name in self._published:
            return {index: item for component in self._published[name] for index, item in component.items()}
        raise ModelError(f"{name} is needed but no earlier room offers it")

    def take(self, name: str, otherwise: Any) -> Any:
        """Take what an earlier room may offer, or something else where it has nothing to offer."""
        return self._offers.get(name, otherwise)

    def block(self, room: Room) -> Any:
        """The room's own block, made on first use."""
        if self.pyomo.component(room.name) is None:
            self.pyomo.add_component(room.name, pyo.Block())
        return self.pyomo.component(room.name)

    def check_needs(self, room: Room) -> None:
        """Raise `ModelError` unless all that the room needs has been offered."""
        for name in room.needs:
            self.need(name)

    def check_offers(self, room: Room) -> None:
        """Raise `ModelError` unless the room left all that it offers."""
        missing = [name for name in room.offers if name not in self._offers]
        if missing:
            raise ModelError(f"room {room.name} did not offer {', '.join(missing)}")


def index_set(rows: Iterable[Any], dimen: int) -> Any:
    """An ordered set of index rows, its dimension stated even when empty."""
    return pyo.Set(initialize=list(rows), dimen=dimen, ordered=True)


def or_zero(component: Any, index: Any) -> Any:
    """The item of an indexed component, or 0 where it has none."""
    return component[index] if index in component else 0.0  # noqa: SIM401 - Pyomo has no get
