"""Where a search stands, on stderr: a line that updates itself on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from planner.cli.session import NORMAL, Session

if TYPE_CHECKING:
    from planner.policy_search import Search
    from planner.results.plan import Plan
    from planner.solve.options import Progress

EVERY_SECONDS = 10.0  # a plain line at least this often, at once for the first plan
SOON_SECONDS = 1.0  # and no two lines closer than this
BUILDING = "building the model"


class PlainProgress:
    """A line on stderr when a plan is first found, when it improves, and now and then."""

    def __init__(self) -> None:
        self._said: Progress | None = None

    def begin(self) -> None:
        """Another search begins: its seconds count from 0 again."""
        self._said = None

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

    def begin(self) -> None:
        """Another search begins."""
        self._status.update(BUILDING)

    def __call__(self, now: Progress) -> None:
        self._status.update(sentence(now))


def search_told(
    session: Session, show: PlainProgress | TerminalProgress | None, kind: str = ""
) -> Callable[[Search], None]:
    """What to call as each of several searches begins and ends: a line on stderr, unless quiet."""
    began = 0.0

    def tell(now: Search) -> None:
        nonlocal began
        name = f"{now.policy}{kind}, {now.number} of {now.total}"
        if now.found is None:
            began = time.perf_counter()
            session.note(f"{name}: search begins{', with the money that it spends' if now.again else ''}")
            if show is not None:
                show.begin()
            return
        session.note(f"{name}: ended after {time.perf_counter() - began:,.0f} s, {_ended(now.found)}")

    return tell


def _ended(found: Plan | str) -> str:
    if isinstance(found, str):
        return {"infeasible": "infeasible", "no_plan": "limit reached without a plan"}[found]
    return f"net value {found.objective_musd:,.2f} M$, gap {100 * found.gap:.2f} % ({found.status})"


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
    with console.status(BUILDING) as status:
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
