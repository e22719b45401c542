"""The folder that `planner plan` writes to: made before the search, the plan kept there as it gets better."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.session import Session
from planner.core.files import remove_parts

if TYPE_CHECKING:
    from planner.results.plan import Plan

PLAN, WORKBOOK, TABLES, EARLIER = "plan.nc", "plan.xlsx", "tables", "earlier"


def make(folder: Path) -> None:
    """Make the folder to write to before the search, not after it."""
    wrong = ((PLAN, Path.is_dir), (WORKBOOK, Path.is_dir), (TABLES, Path.is_file), (EARLIER, Path.is_file))
    for name, kind in wrong:
        if kind(folder / name):
            raise click.BadParameter(f"{folder / name} stands in the way", param_hint="--out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"{folder} cannot be made: {error.strerror}", param_hint="--out") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{folder} cannot be written to", param_hint="--out")


def set_aside(folder: Path) -> None:
    """Move what an earlier run wrote to DIR/earlier, in place of what an earlier one left there.

    Before the search, not when it has a plan: were this run killed, or infeasible, the plan of other inputs in its
    folder would be taken for its own. Not removed: it may be the better one, and can be compared with. Only files that
    `planner plan` writes are touched.
    """
    from planner.export.tables import DECLARED

    names = (PLAN, WORKBOOK, *(f"{TABLES}/{table.name}.csv" for table in DECLARED))
    remove_parts(folder / PLAN)
    if not any((folder / name).is_file() for name in names):
        return
    for name in names:
        target = folder / EARLIER / name
        target.unlink(missing_ok=True)
        if (folder / name).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).replace(target)


def keeper(folder: Path, session: Session) -> Callable[[Plan], None]:
    """What writes DIR/plan.nc anew with each better plan; a disk that fails is no reason to end a search."""
    said = False

    def keep(better: Plan) -> None:
        nonlocal said
        try:
            better.to_netcdf(folder / PLAN)
        except OSError as error:
            if not said:
                session.note(f"planner: the plan found so far is not saved, the search goes on: {error}")
            said = True

    return keep


def save(found: Plan, folder: Path, session: Session) -> list[Path]:
    """Write plan.nc, plan.xlsx and the tables; plan.nc is written even if the others fail."""
    from planner.export.tables import write_tables
    from planner.export.workbook import write_workbook

    others: list[Path] = []
    try:
        others.append(write_workbook(found.data, folder / WORKBOOK))
        others += write_tables(found.data, folder / TABLES)
    finally:
        found.data.attrs["wall_seconds"] = round(session.seconds(), 3)
        whole = found.to_netcdf(folder / PLAN)
    return [whole, *others]
