"""Ctrl-C where it must not strike at once: while something found at great cost is brought home."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol, TypeVar

PATIENCE = 2
_listening: list[list[int]] = []


@contextmanager
def undisturbed() -> Iterator[list[int]]:
    """Let Ctrl-C pass unheeded, but for the third: whoever insists gets out. Gives a list that grows with each.

    For steps of seconds that follow a search of minutes. People press twice; that must not cost them what was
    found. (Outside the main thread Ctrl-C does not arrive anyway.)
    """
    if threading.current_thread() is not threading.main_thread():
        yield []
        return
    pressed: list[int] = []

    def heed(signum: int, frame: FrameType | None) -> None:
        pressed.append(signum)
        if len(pressed) > PATIENCE:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, heed)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
        for unheeded in _listening:
            unheeded += pressed


class Searched(Protocol):
    """What a search found, and how it ended."""

    @property
    def status(self) -> str: ...


Answer = TypeVar("Answer", bound=Searched)


def unbroken(search: Callable[[], Answer], keep: Callable[[Answer], object] = lambda found: None) -> Answer:
    """What a search finds if others are to follow it, kept first.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C broke the search off, or came when it was at its end: it means them all.
    """
    unheeded: list[int] = []
    _listening.append(unheeded)
    try:
        found = search()
        with undisturbed():
            keep(found)
    finally:
        del _listening[next(i for i, other in enumerate(_listening) if other is unheeded)]
    if unheeded or found.status == "interrupted":
        raise KeyboardInterrupt
    return found
