"""`planner plan`: solve a scenario, save the plan, print its summary."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import INTERRUPTED
from planner.cli.options import bounded, read_study, scenario
from planner.cli.progress import patient_interrupts, progress
from planner.cli.session import LIMIT_WITH_PLAN, OK, Session, common
from planner.core.interrupts import undisturbed

if TYPE_CHECKING:
    from planner.results.plan import Plan

EXIT_CODES = {"optimal": OK, "gap_reached": OK, "time_limit": LIMIT_WITH_PLAN, "interrupted": INTERRUPTED}


@click.command("plan", short_help="Decide what to order and which runs start.")
@scenario
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where to write; default: ./out/<study>.")
@click.option("--gap", type=bounded("gap"), help="Stop at this share of gross value; default: the scenario's.")
@click.option("--time-limit", type=bounded("time_limit_s"), metavar="S", help="Wall clock of the search, seconds.")
@click.option("--threads", type=bounded("threads"), help="Solver threads; default: all cores.")
@click.option("--seed", type=bounded("seed"), help="Random seed of the solver.")
@common
@click.pass_obj
def plan(
    session: Session, scenario: str, changes: tuple[str, ...], out: Path | None, gap: float | None,
    time_limit: float | None, threads: int | None, seed: int | None,
) -> int:  # fmt: skip
    """Decide orders, power, network and runs; prove how good the plan is; save and sum it up.

    PATH|NAME is a scenario folder or the name of a bundled one (see `planner list`). Writes DIR/plan.nc, DIR/plan.xlsx
    and DIR/tables/*.csv.
    """
    study = read_study(scenario, changes)
    session.study = study.name
    folder = out if out is not None else Path("out") / study.name
    _make_folder(folder)
    with patient_interrupts(session):
        with progress(session) as on_progress:
            found = study.solve(gap, time_limit, threads=threads, seed=seed, on_progress=on_progress)
        with undisturbed():
            files = save(found, folder, session)
    from planner.export.summary import summary_text

    said = f"Saved: {files[0]}, {files[1]}, {folder / 'tables'}{os.sep}*.csv"
    session.result(f"{summary_text(found.data)}\n{said}\n", report(found, files))
    return EXIT_CODES[found.status]


def save(found: Plan, folder: Path, session: Session) -> list[Path]:
    """Write plan.nc, plan.xlsx and the tables; plan.nc is written even if the others fail."""
    from planner.export.tables import write_tables
    from planner.export.workbook import write_workbook

    others: list[Path] = []
    try:
        others.append(write_workbook(found.data, folder / "plan.xlsx"))
        others += write_tables(found.data, folder / "tables")
    finally:
        found.data.attrs["wall_seconds"] = round(session.seconds(), 3)
        whole = found.to_netcdf(folder / "plan.nc")
    return [whole, *others]


def report(found: Plan, files: list[Path]) -> dict[str, Any]:
    """The JSON object of a plan."""
    a = found.data.attrs
    return {
        **{
            key: a[key]
            for key in ("study", "status", "objective_musd", "bound_musd", "gap", "gap_musd", "wall_seconds")
        },
        "checked": found.checked,
        "files": files,
    }


def _make_folder(folder: Path) -> None:
    """Make the folder to write to before the search, not after it."""
    for name, kind in (("plan.nc", Path.is_dir), ("plan.xlsx", Path.is_dir), ("tables", Path.is_file)):
        if kind(folder / name):
            raise click.BadParameter(f"{folder / name} stands in the way", param_hint="--out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"{folder} cannot be made: {error.strerror}", param_hint="--out") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{folder} cannot be written to", param_hint="--out")
