"""Ctrl-C where it must not strike at once: while something found at great cost is brought home."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE = 2


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
