"""The guided search with one ingredient taken out: what is replaced in the modules of `planner.solve.strategy`."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

import planner.solve.strategy as strategy
from planner.solve.strategy import dive, guided, kernel, neighbourhoods, relaxation, rounds
from planner.solve.strategy.dive import Dive
from planner.solve.strategy.rounds import Rounds


class Missing(Exception):
    """The strategy no longer has, or no longer reads, what an ablation replaces."""


@dataclass(frozen=True)
class Swap:
    """A name of a module, or a method of a class, and what stands in its place."""

    owner: Any
    name: str
    value: Any

    def check(self) -> None:
        """Raise Missing unless the target exists and is read: a constant in its module, a method somewhere."""
        if self.name not in vars(self.owner):
            raise Missing(f"{self.owner.__name__} has no {self.name}")
        read = _names(self.owner) if isinstance(self.owner, ModuleType) else _attributes()
        if self.name not in read:
            raise Missing(f"nothing reads {self.name} of {self.owner.__name__}")

    def make(self) -> None:
        """Replace it, for good."""
        self.check()
        setattr(self.owner, self.name, self.value)


def ablations() -> dict[str, list[Swap]]:
    """What to replace, by the name of what is then missing."""
    found = {
        "tighten": [Swap(guided, "tighten", lambda matrix: matrix)],
        "columns": [Swap(relaxation.Relaxation, "_first", _all_columns)],
        "dive": [Swap(Dive, "runs", lambda self: True)],
        "everywhere": [Swap(dive, "SERIOUS", np.inf)],
        "soon": [Swap(guided, "SOON", replace(guided.SOON, nodes=0, ticks=1))],
        "settle": [Swap(guided, "SETTLE", replace(guided.SETTLE, nodes=0, ticks=1))],
        "closing": [Swap(kernel, "USED", -np.inf)],
        "beside": [Swap(guided.Guided, "_beside", lambda self: [])],
        "rounds": [Swap(Rounds, "run", lambda self, workers, *, stall=None: None)],
        "workers": [Swap(Rounds, "run", _on_one_worker(Rounds.run))],
    }
    for name in neighbourhoods.DRAWS:
        others = {other: draw for other, draw in neighbourhoods.DRAWS.items() if other != name}
        found[f"kind:{name}"] = [Swap(rounds, "DRAWS", others)]
    return found


def _all_columns(self: Any) -> Any:
    """In place of Relaxation._first: every start is in the LP from the beginning, so none is priced in."""
    self._inside[:] = True
    return np.flatnonzero(self._inside)


def _on_one_worker(run: Any) -> Any:
    """Rounds.run with one worker, however many it is given."""
    return lambda self, workers, *, stall=None: run(self, lambda: 1, stall=stall)


def _names(module: ModuleType) -> set[str]:
    """The plain names that a module's code reads."""
    tree = ast.parse(inspect.getsource(module))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _attributes() -> set[str]:
    """The attributes that any module of the strategy reads."""
    modules = [import_module(f"{strategy.__name__}.{found.name}") for found in pkgutil.iter_modules(strategy.__path__)]
    trees = [ast.parse(inspect.getsource(module)) for module in modules]
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
