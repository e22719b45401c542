"""What one call of the command carries through: how much to say, as what, and since when."""

from __future__ import annotations

import json
import logging
import math
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

BEGAN = time.perf_counter()  # this module is the first that a call imports
KEYS = ("study", "status", "objective_musd", "bound_musd", "gap", "gap_musd", "wall_seconds", "checked", "files")
QUIET, NORMAL, VERBOSE, DEBUG = -1, 0, 1, 2
OK, INTERNAL, USAGE, INVALID, INFEASIBLE, LIMIT_WITH_PLAN, LIMIT_WITHOUT_PLAN = range(7)
_LEVELS = {QUIET: logging.ERROR, NORMAL: logging.WARNING, VERBOSE: logging.INFO, DEBUG: logging.DEBUG}
Command = TypeVar("Command", bound=Callable[..., Any])


class Session:
    """One call: results go to stdout (as text, or as one JSON object), everything else to stderr."""

    def __init__(self, json_wanted: bool = False) -> None:
        self.json = json_wanted
        self.verbosity = NORMAL
        self.study: str | None = None
        self.began = time.perf_counter()

    def seconds(self) -> float:
        """Wall clock since the call began."""
        return time.perf_counter() - self.began

    def result(self, text: str, report: Mapping[str, Any]) -> None:
        """Print the result: the text, or the report as one JSON object."""
        click.echo(json_text({"study": self.study, "wall_seconds": round(self.seconds(), 3), **report})
                   if self.json else text, nl=self.json or not text.endswith("\n"))  # fmt: skip

    def failure(self, kind: str, message: str, problems: Sequence[Mapping[str, Any]] = ()) -> None:
        """Say what went wrong on stderr and, if JSON is wanted, as one object on stdout."""
        click.echo(message, err=True)
        if self.json:
            error = {"kind": kind, "message": message, "problems": list(problems)}
            self.result("", {"status": kind, "error": error})

    def note(self, text: str) -> None:
        """Say something on stderr unless quiet."""
        if self.verbosity > QUIET:
            click.echo(text, err=True)

    def set_verbosity(self, verbosity: int) -> None:
        """Set how much is said on stderr; Python's warnings are for those who debug."""
        self.verbosity = max(QUIET, min(DEBUG, verbosity))
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log = logging.getLogger("planner")
        log.handlers[:] = [handler]
        log.setLevel(_LEVELS[self.verbosity])
        log.propagate = False
        warnings.simplefilter("default" if self.verbosity == DEBUG else "ignore")


def json_text(report: Mapping[str, Any]) -> str:
    """A report as one line of JSON with all the agreed keys; what is infinite or unknown is null."""
    full = dict.fromkeys(KEYS) | {"files": [], "checked": False} | dict(report)
    return json.dumps(_plain(full), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value


def common(command: Command) -> Command:
    """The options that every command takes: --json, -v, -q."""

    def set_json(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value:
            ctx.ensure_object(Session).json = True

    def set_verbosity(ctx: click.Context, parameter: click.Parameter, value: int) -> None:
        if value:
            ctx.ensure_object(Session).set_verbosity(-value if parameter.name == "quiet" else value)

    for option in (
        click.option("-q", "--quiet", count=True, expose_value=False, callback=set_verbosity,
                     help="No progress, no notes: only results and errors."),
        click.option("-v", "--verbose", count=True, expose_value=False, callback=set_verbosity,
                     help="Say more on stderr; -vv also shows tracebacks."),
        click.option("--json", is_flag=True, is_eager=True, expose_value=False, callback=set_json,
                     help="Print one JSON object on stdout and nothing else there."),
    ):  # fmt: skip
        command = option(command)
    return command
