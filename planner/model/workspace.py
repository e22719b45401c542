"""What the rooms share while a model is built: offers, results, the ledger of money - each reading of them noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Room
from planner.core.errors import ModelError
from planner.core.reuse import Key, Shelf, note
from planner.data.derive import Case
from planner.model.alike import alike
from planner.model.terms import Term as Term
from planner.model.terms import Terms, joined
from planner.model.terms import linear as linear

SIGN = {"value": 1.0, "resale": 1.0, "terminal": 1.0, "capex": -1.0, "opex": -1.0, "penalty": -1.0}


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of the ledger: nominal M$ of one kind and part, at one place, in one month of the horizon."""

    kind: str
    part: str
    where: str
    month: int


@dataclass(eq=False)
class Left:
    """Something that a room left for others, and the blocks in which its variables may stand."""

    value: Any
    blocks: frozenset[Any]


@dataclass(eq=False)
class Sums(Left):
    """The named Expressions of a kind of money, by line, with what each is the sum of."""

    totals: dict[Line, Terms]
    home: Any


def _sums(written: Iterable[Left]) -> Sums:
    totals: dict[Line, Terms] = {}
    blocks: set[Any] = set()
    for left in written:
        blocks |= left.blocks
        for line, more in left.value.items():
            totals[line] = joined(totals[line], more) if line in totals else more
    home = pyo.Block(concrete=True)
    home.amount = pyo.Expression(pyo.Any)
    lines = {}
    for line in sorted(totals):
        home.amount[line.kind, line.part, line.where, line.month] = totals[line]
        lines[line] = home.amount[line.kind, line.part, line.where, line.month]
    return Sums(lines, frozenset(blocks), totals, home)


@dataclass
class Built:
    """A room as it was built: its block, and what it left."""

    home: Left
    offers: dict[str, Left]
    results: dict[str, Left]
    money: dict[str, Left]
    sealed: tuple[str, ...]
    form: Any = field(default=None, repr=False)  # the block compiled, once that is done

    def settled(self, before: Built) -> Built:
        """The same room, what it leaves as it left it before handed on as it was: who took that need not be rebuilt."""
        return replace(self, offers=settled(before.offers, self.offers), money=settled(before.money, self.money))

    @property
    def block(self) -> Any:
        """The room's own block."""
        return self.home.value


def settled(before: Mapping[str, Left], now: Mapping[str, Left]) -> dict[str, Left]:
    """What was left now, or what was left before where that is alike."""
    return {
        name: before[name] if name in before and alike(before[name].value, left.value) else left
        for name, left in now.items()
    }


class Ledger:
    """Every cost and value of the plan, nominal, each line once; sealed into named Expressions.

    The same Expression stands in the objective, in the budgets and in the report.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._written: dict[str, list[Left]] = defaultdict(list)
        self._sums: dict[str, Sums] = {}
        self.sealed: list[str] = []
        self._allowed: frozenset[tuple[str, str]] = frozenset()
        self._writing: dict[str, dict[Line, Terms]] = {}

    def write_for(self, room: Room) -> None:
        """From now on only the money that `room` declares may be added."""
        self._allowed = frozenset(room.money)
        self._writing = {}

    def add(self, line: Line, coefficient: float, variable: Any) -> None:
        """Add coefficient * variable (nominal M$) to a line."""
        self.add_all(line, (coefficient,), (variable,))

    def add_all(self, line: Line, coefficients: Iterable[float], variables: Iterable[Any]) -> None:
        """Add coefficients * variables (nominal M$) to a line."""
        lines = self._open(line)
        if worth := [(c, v) for c, v in zip(coefficients, variables, strict=True) if c != 0.0]:
            total = lines.setdefault(line, Terms([], []))
            total.coefficients += [c for c, _ in worth]
            total.variables += [v for _, v in worth]

    def add_constant(self, line: Line, amount: float) -> None:
        """Add a fixed amount (nominal M$) to a line."""
        self._open(line).setdefault(line, Terms([], [])).constant += amount

    def _open(self, line: Line) -> dict[Line, Terms]:
        if (line.kind, line.part) not in self._allowed:
            raise ModelError(f"a room wrote the money ({line.kind}, {line.part}) that it does not declare")
        if line.kind in self.sealed:
            raise ModelError(f"money of kind {line.kind} was added after it was summed up")
        return self._writing.setdefault(line.kind, {})

    def written(self, blocks: frozenset[Any]) -> dict[str, Left]:
        """What was written since `write_for`, by kind."""
        return {kind: Left(lines, blocks) for kind, lines in self._writing.items()}

    def enter(self, money: Mapping[str, Left]) -> None:
        """Enter what a room wrote."""
        for kind, left in money.items():
            self._written[kind].append(left)

    def seal(self, *kinds: str) -> None:
        """Make the named Expressions of these kinds; nothing can be added to them after."""
        for kind in kinds:
            if kind not in self.sealed:
                self._sums[kind] = self.now(("sums", kind))
                self.sealed.append(kind)
            note(("sums", kind), self._sums[kind])

    def lines(self, *kinds: str) -> Iterator[tuple[Line, Any]]:
        """The sealed lines (of some kinds, or all) with their Expressions, in order."""
        for kind in sorted(kinds or self.sealed):
            if kind in self.sealed:
                note(("sums", kind), self._sums[kind])
                yield from self._sums[kind].value.items()

    def total(self, line: Line) -> Terms:
        """What a sealed line is the sum of."""
        return self._sums[line.kind].totals.get(line, Terms()) if line.kind in self._sums else Terms()

    def terms(self, line: Line) -> tuple[list[Term], float]:
        """The same as (coefficient, variable) terms, and the constant."""
        total = self.total(line)
        return list(zip(*total.pairs(), strict=True)), total.constant

    def now(self, key: Key) -> Any:
        """What reading by a key noted in this or another ledger gives here."""
        if key[0] == "written":
            return tuple(self._written[key[1]])
        return self._shelf.get(f"money.{key[1]}", self.now, lambda _: self._summed(key[1]))

    def _summed(self, kind: str) -> Sums:
        written = tuple(self._written[kind])
        note(("written", kind), written)
        return _sums(written)


class Workspace:
    """The model under construction: one Pyomo block a room, what rooms leave each other, and the ledger.

    Blocks of rooms that are built stand in `pyomo`; those that a neighbour of the case built stay where they are.
    """

    def __init__(self, case: Case) -> None:
        self.pyomo = pyo.ConcreteModel()
        self.ledger = Ledger(case.shelf)
        self.built: dict[str, Built] = {}
        self._case = case
        self._offers: dict[str, Left] = {}
        self._results: dict[str, list[Left]] = {}
        self._offering: dict[str, Any] = {}

    def offer(self, name: str, value: Any) -> None:
        """Leave something for the rooms after this one, not to be changed by them."""
        if name in self._offers or name in self._offering:
            raise ModelError(f"{name} is offered twice")
        self._offering[name] = value

    def need(self, name: str) -> Any:
        """Take what an earlier room offers, or one of its results: expressions by index, none where it has none."""
        if name in self._offering:  # the room's own
            return self._offering[name]
        if name in self._offers:
            note(("offer", name), self._offers[name])
            return self._offers[name].value
        if name in self._results:
            note(("result", name), tuple(self._results[name]))
            return {index: item for left in self._results[name] for index, item in left.value.items()}
        raise ModelError(f"{name} is needed but no earlier room offers it")

    def take(self, name: str, otherwise: Any) -> Any:
        """Take what an earlier room may offer, or something else where it has nothing to offer."""
        left = self._offers.get(name)
        note(("offer", name), left)
        return otherwise if left is None else left.value

    def now(self, key: Key) -> Any:
        """What reading by a key noted in this or another workspace gives here."""
        if key[0] == "offer":
            return self._offers.get(key[1])
        if key[0] == "block":
            return self.built[key[1]].home
        if key[0] == "result":
            return tuple(self._results.get(key[1], ()))
        return self.ledger.now(key) if key[0] in ("sums", "written") else self._case.now(key)

    def block(self, room: Room) -> Any:
        """The room's own block."""
        return self.built[room.name].block

    def blocks(self) -> set[Any]:
        """All blocks in which variables of this model may stand: the rooms' own, and such of earlier builds."""
        return {block for built in self.built.values() for block in built.home.blocks}

    def build(self, room: Room, reads: Mapping[Key, Any]) -> Built:
        """Build a room in a block of its own; `reads` is the log of what it reads.

        Raises
        ------
        ModelError
            If the room does not offer what it promises, or writes money that it does not declare.
        """
        block, sealed = pyo.Block(), len(self.ledger.sealed)
        self.pyomo.add_component(room.name, block)
        self._offering = {}
        self.ledger.write_for(room)
        room.build(self, block, self._case)
        offering, self._offering = self._offering, {}
        if missing := [name for name in room.offers if name not in offering]:
            raise ModelError(f"room {room.name} did not offer {', '.join(missing)}")
        blocks = frozenset({block}).union(*(left.blocks for left in _left(reads.values())))
        results = {output.name: block.component(output.component) for output in room.outputs}
        return Built(
            Left(block, blocks),
            {name: Left(value, blocks) for name, value in offering.items()},
            {name: Left({} if item is None else item, blocks) for name, item in results.items()},
            self.ledger.written(blocks),
            tuple(self.ledger.sealed[sealed:]),
        )

    def account(self, room: Room, reads: Mapping[Key, Any]) -> dict[str, Left]:
        """What a room that is built writes into the ledger, by kind; `reads` is the log of what it reads."""
        home = self.built[room.name].home
        note(("block", room.name), home)
        self.ledger.write_for(room)
        if room.account is not None:
            room.account(self, home.value, self._case)
        return self.ledger.written(home.blocks.union(*(left.blocks for left in _left(reads.values()))))

    def enter(self, room: Room, built: Built) -> None:
        """Let the rooms after this one take what it left, newly or for a neighbour of this case."""
        self.built[room.name] = built
        self._offers.update(built.offers)
        for name, left in built.results.items():
            self._results.setdefault(name, []).append(left)
        self.ledger.enter(built.money)
        self.ledger.seal(*built.sealed)


def _left(seen: Iterable[Any]) -> Iterator[Left]:
    """What rooms left, among what was read."""
    for value in seen:
        if isinstance(value, Left):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Left))


def index_set(rows: Iterable[Any], dimen: int) -> Any:
    """An ordered set of index rows, its dimension stated even when empty."""
    return pyo.Set(initialize=list(rows), dimen=dimen, ordered=True)


def or_zero(component: Any, index: Any) -> Any:
    """The item of an indexed component, or 0 where it has none."""
    return component[index] if index in component else 0.0  # noqa: SIM401 - Pyomo has no get
