"""Rows of a compiled model as text: one row a line, sorted, with the names a reader knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from planner.core.declare import Equation, Room
from planner.data.derive import Case
from planner.model.rooms.finance import weight
from planner.model.workspace import Workspace


def equation_text(m: Workspace, case: Case, room: Room, equation: Equation) -> str:
    """The rows of an equation, as its golden file holds them; empty if the model has none."""
    component = m.block(room).component(equation.component)
    if component is None:
        return ""
    if component.ctype is pyo.Objective:
        return objective_text(m, case, equation, component)
    rows = [(index, _row(case, row)) for index, row in component.items()]
    rows.sort(key=lambda item: _natural(_index_text(item[0])))
    return "".join(f"{equation.number}[{_index_text(index)}]: {text}\n" for index, text in rows)


def objective_text(m: Workspace, case: Case, equation: Equation, objective: Any) -> str:
    """The objective term by term, then the ledger's lines it is the sum of, each with what a M$ of it counts."""
    repn = generate_standard_repn(objective.expr)
    sense = "maximise" if objective.sense == pyo.maximize else "minimise"
    lines = [f"{equation.number}: {sense} {_number(repn.constant)}"]
    lines += [f"  {_signed(c)} {name}" for name, c in _terms(case, repn)]
    for line, amount in m.ledger.lines():
        where = f"{line.kind},{line.part},{line.where},{line.month}"
        lines.append(f"{equation.number}[{where}]: {_number(weight(line, case))} * ({_expression(case, amount)})")
    return "\n".join(lines) + "\n"


def _row(case: Case, row: Any) -> str:
    repn = generate_standard_repn(row.body)
    assert repn.is_linear(), row.name
    text = _sum(_terms(case, repn)) or "0"
    shift = pyo.value(repn.constant)
    if row.equality:
        return f"{text} = {_number(pyo.value(row.upper) - shift)}"
    sides = []
    if row.has_lb():
        sides.append(f"{text} >= {_number(pyo.value(row.lower) - shift)}")
    if row.has_ub():
        sides.append(f"{text} <= {_number(pyo.value(row.upper) - shift)}")
    return " and ".join(sides)


def _expression(case: Case, amount: Any) -> str:
    repn = generate_standard_repn(amount)
    terms, constant = _sum(_terms(case, repn)), pyo.value(repn.constant)
    if not terms:
        return _number(constant)
    return terms if constant == 0 else f"{terms} {_signed(constant)}"


def _terms(case: Case, repn: Any) -> list[tuple[str, float]]:
    named = [(variable_name(case, v), float(c)) for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True)]
    return sorted((term for term in named if term[1] != 0.0), key=lambda term: _natural(term[0]))


def variable_name(case: Case, variable: Any) -> str:
    """`component[index]`; a start by what it starts instead of its number."""
    component, index = variable.parent_component().local_name, variable.index()
    if component != "start":
        return f"{component}[{_index_text(index)}]"
    c = case.candidates.iloc[index]
    level = f",level={c['level']}" if c.get("level") else ""
    return f"start[{c['run']},{c['accelerator']},{c['site']},{c['start']}..{c['finish']},n={c['n']}{level}]"


def _sum(terms: Iterable[tuple[str, float]]) -> str:
    text = ""
    for name, c in terms:
        size = "" if abs(c) == 1.0 else f"{_number(abs(c))} "
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += f"{sign}{size}{name}"
    return text


def _number(value: float) -> str:
    return f"{value + 0.0:.12g}"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {_number(abs(value))}"


def _index_text(index: Any) -> str:
    return ",".join(str(part) for part in index) if isinstance(index, tuple) else str(index)


def _natural(text: str) -> list[tuple[int, int | str]]:
    """A sort key under which 2 comes before 10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", text) if part]
