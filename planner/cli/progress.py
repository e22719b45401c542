"""Where a search stands, on stderr: a line that updates itself on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from planner.cli.session import NORMAL, Session

if TYPE_CHECKING:
    from planner.solve.options import Progress

EVERY_SECONDS = 10.0  # a plain line at least this often, at once for the first plan
SOON_SECONDS = 1.0  # and no two lines closer than this


class PlainProgress:
    """A line on stderr when a plan is first found, when it improves, and now and then."""

    def __init__(self) -> None:
        self._said: Progress | None = None

    def __call__(self, now: Progress) -> None:
        last = self._said
        if last is None:
            due = now.objective is not None or now.seconds >= EVERY_SECONDS
        elif last.objective is None and now.objective is not None:
            due = True
        else:
            better = now.objective != last.objective
            due = now.seconds - last.seconds >= (SOON_SECONDS if better else EVERY_SECONDS)
        if due:
            click.echo(sentence(now), err=True)
            self._said = now


class TerminalProgress:
    """One line on a terminal, updated in place."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def __call__(self, now: Progress) -> None:
        self._status.update(sentence(now))


def sentence(now: Progress) -> str:
    """Where the search stands: time, best plan, bound, gap."""
    unit, digits = (" M$", 2) if now.unit == "M$" else (now.unit, 4)
    found = "no plan yet" if now.objective is None else f"incumbent {now.objective:,.{digits}f}{unit}"
    bound = "no bound yet" if now.bound is None else f"bound {now.bound:,.{digits}f}{unit}"
    gap = "" if now.gap is None else f", gap {100 * now.gap:.2f} %"
    goal = f"{now.goal}: " if now.goal else ""
    return f"{now.seconds:6.0f} s: {goal}{found}, {bound}{gap}, {now.nodes:,} nodes"


@contextmanager
def progress(session: Session) -> Iterator[PlainProgress | TerminalProgress | None]:
    """What to call while a search runs; None if quiet."""
    if session.verbosity < NORMAL:
        yield None
        return
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)  # knows NO_COLOR
    if console.is_dumb_terminal:
        yield PlainProgress()
        return
    with console.status("building the model") as status:
        yield TerminalProgress(status)


@contextmanager
def patient_interrupts(session: Session) -> Iterator[None]:
    """The first Ctrl-C stops the search; a second one only says so; a third leaves without the plan.

    People press twice: that must not cost them the plan that was found.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = 0

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed += 1
        if pressed == 2:
            session.note("planner: stopping and saving the best plan found; once more to leave without it")
            return
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
