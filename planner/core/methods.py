"""Methods whose bodies lie in layers above their class: noted with the package, bound as the class is made.

The package's `__init__` runs before any of its modules, so whichever of them is imported first finds the notes,
and no layer imports one above it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made", bound=type)
_NOTED: dict[str, dict[str, Callable[..., Any]]] = {}


def note(owner: str, **methods: Callable[..., Any]) -> None:
    """Give the class named `owner` these methods when it is made."""
    _NOTED.setdefault(owner, {}).update(methods)


def with_noted_methods(cls: Made) -> Made:
    """Class decorator: bind what was noted for this class."""
    for name, method in _NOTED.get(cls.__name__, {}).items():
        method.__name__, method.__qualname__ = name, f"{cls.__name__}.{name}"
        setattr(cls, name, method)
    return cls
