"""The entry point: the group of commands, and the boundary behind which no traceback gets out."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import logging
import sys
import traceback

import click

from planner import __version__
from planner.cli import INTERRUPTED
from planner.cli.break_even import break_even
from planner.cli.check import check
from planner.cli.compare import compare
from planner.cli.export import export
from planner.cli.list import list_
from planner.cli.new import new
from planner.cli.plan import plan
from planner.cli.policies import policies
from planner.cli.reference import reference
from planner.cli.session import (
    DEBUG,
    INFEASIBLE,
    INTERNAL,
    INVALID,
    LIMIT_WITHOUT_PLAN,
    NORMAL,
    OK,
    USAGE,
    Session,
)
from planner.cli.size import size
from planner.cli.validate import validate
from planner.core.errors import InfeasibleError, InputError, LimitReached, PlannerError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 plan found; 1 internal error; 2 usage; 3 invalid input; 4 infeasible; 5 limit reached, plan "
    "saved; 6 limit reached without a plan; 130 interrupted by Ctrl-C or SIGTERM (the best plan found is saved).",
)
@click.version_option(__version__, prog_name="planner")
def cli() -> None:
    """Plan AI-training infrastructure: what to order, where to power it, which runs get it - with proof."""


for command in (validate, plan, policies, check, compare, break_even, export, size, list_, new, reference):
    cli.add_command(command)


def run(args: list[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong is said in words."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    session = Session("--json" in args)
    session.set_verbosity(NORMAL)
    try:
        code = cli.main(args=args, prog_name="planner", standalone_mode=False, obj=session)
        return code if isinstance(code, int) else OK
    except click.ClickException as error:
        return _usage(session, error)
    except (click.Abort, KeyboardInterrupt):
        session.failure("interrupted", "planner: interrupted")
        return INTERRUPTED
    except PlannerError as error:
        return _refused(session, error)
    except OSError as error:
        _show_traceback(session)
        session.failure("internal_error", f"planner: {error.strerror or error}: {error.filename or 'no file named'}")
        return INTERNAL
    except MemoryError:
        session.failure("internal_error", "planner: out of memory: the scenario is too large for this machine")
        return INTERNAL
    except Exception as error:  # the boundary: nobody who plans should meet a traceback
        _show_traceback(session)
        said = " ".join(f"{type(error).__name__}: {error}".split())
        hint = "" if session.verbosity == DEBUG else " (a defect of planner; -vv shows where)"
        session.failure("internal_error", f"planner: internal error: {said[:300]}{hint}")
        return INTERNAL


def _usage(session: Session, error: click.ClickException) -> int:
    error.show(file=sys.stderr)
    if session.json:
        with contextlib.redirect_stderr(io.StringIO()):
            session.failure("usage_error", error.format_message())
    return USAGE if isinstance(error, click.UsageError) else error.exit_code


def _refused(session: Session, error: PlannerError) -> int:
    _show_traceback(session)
    if isinstance(error, InputError):
        session.failure("invalid_input", str(error), [dataclasses.asdict(problem) for problem in error.problems])
        return INVALID
    if isinstance(error, InfeasibleError):
        session.failure("infeasible", f"planner: infeasible: {error.explanation}")
        return INFEASIBLE
    if isinstance(error, LimitReached):
        session.failure(error.status, f"planner: {error}")
        return INTERRUPTED if error.status == "interrupted" else LIMIT_WITHOUT_PLAN
    kind = type(error).__name__
    session.failure("internal_error", f"planner: {error} ({kind}: a defect of planner, please report it)")
    return INTERNAL


def _show_traceback(session: Session) -> None:
    if session.verbosity == DEBUG:
        logging.getLogger("planner").debug(traceback.format_exc())
