"""Whether what a room left is the same as what it left before: the same terms over variables of the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.indexed_component import IndexedComponent
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import LinearExpression, NumericExpression

from planner.model.terms import Terms

Name = tuple[str, str, Any]  # room, component, index


def name_of(variable: Any) -> Name:
    """What a variable is called whichever model it stands in."""
    component = variable.parent_component()
    return component.parent_block().local_name, component.local_name, variable.index()


def alike(a: Any, b: Any) -> bool:
    """Whether two things that rooms left say the same; of what is not known, only the very same object does."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    compare = _COMPARED.get(type(a))
    if compare is None:
        compare = _COMPARED[type(a)] = _comparison(type(a))
    return compare(a, b)


def _comparison(kind: type) -> Callable[[Any, Any], bool]:
    if issubclass(kind, IndexedComponent):  # before its own data: a scalar is both
        return _components
    for base, compare in (
        (np.ndarray, np.array_equal), (Terms, _terms),
        (dict, _dicts), (list, _sequences), (tuple, _sequences), (VarData, _variables),
        (NamedExpressionData, _named), (LinearExpression, _linear), (NumericExpression, _nodes),
        ((str, int, float, bool, frozenset, set, type(None)), lambda a, b: bool(a == b)),
    ):  # fmt: skip
        if issubclass(kind, base):
            return compare
    return _dataclasses if is_dataclass(kind) else lambda a, b: False


def _dicts(a: dict[Any, Any], b: dict[Any, Any]) -> bool:
    return list(a) == list(b) and all(map(alike, a.values(), b.values()))


def _sequences(a: Any, b: Any) -> bool:
    return len(a) == len(b) and all(map(alike, a, b))


def _variables(a: Any, b: Any) -> bool:
    return name_of(a) == name_of(b)


def _components(a: Any, b: Any) -> bool:
    if list(a.keys()) != list(b.keys()):
        return False
    if isinstance(a, pyo.Var):
        return a.local_name == b.local_name and a.parent_block().local_name == b.parent_block().local_name
    return isinstance(a, pyo.Expression) and all(map(alike, (x.expr for x in a.values()), (x.expr for x in b.values())))


def _named(a: Any, b: Any) -> bool:
    return alike(a.expr, b.expr)


def _terms(a: Terms, b: Terms) -> bool:
    return bool(a.constant == b.constant) and alike(a.pairs(), b.pairs())


def _linear(a: Any, b: Any) -> bool:
    return (
        bool(a.constant == b.constant)
        and list(a.linear_coefs) == list(b.linear_coefs)
        and len(a.linear_vars) == len(b.linear_vars)
        and all(map(alike, a.linear_vars, b.linear_vars))
    )


def _nodes(a: Any, b: Any) -> bool:
    return _sequences(a.args, b.args)


def _dataclasses(a: Any, b: Any) -> bool:
    return all(alike(part(a), part(b)) for part in (attrgetter(f.name) for f in fields(a)))


_COMPARED: dict[type, Callable[[Any, Any], bool]] = {}
