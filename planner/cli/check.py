"""`planner check`: derive a saved plan again from its inputs and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.session import INTERNAL, OK, Session, common
from planner.core.errors import InputError, Problem

if TYPE_CHECKING:
    from planner.results.check import CheckReport
    from planner.results.plan import Plan


@click.command("check", short_help="Check a saved plan without the solver.")
@click.argument("plan", metavar="PLAN.NC", type=click.Path(path_type=Path))
@common
@click.pass_obj
def check(session: Session, plan: Path) -> int:
    """Check a saved plan from its inputs and decisions alone, without the model and the solver.

    Exit code 0 if every equation, the ledger and the objective hold; 1 if not.
    """
    from planner.cli.plan import report
    from planner.results.plan import open_plan

    found = open_plan(plan)
    session.study = str(found.data.attrs.get("study", ""))
    outcome = check_again(found, plan)
    findings = [
        {"equation": f.equation, "where": f.where, "excess": f.excess, "unit": f.unit, "message": f.message}
        for f in outcome.findings
    ]
    said = {"checked": outcome.ok, "findings": findings, "notices": list(outcome.notices), "rows": outcome.rows_checked}
    session.result(outcome.text(), {**report(found, [plan]), **said})
    return OK if outcome.ok else INTERNAL


def check_again(found: Plan, path: Path) -> CheckReport:
    """The check's report on a plan.

    Raises
    ------
    InputError
        The file holds no plan that could be checked.
    """
    from planner.results.check import check_plan

    try:
        return check_plan(found.data)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError([Problem("not_a_plan", f"holds no whole plan ({said})", file=str(path))]) from error
