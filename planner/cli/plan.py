"""`planner plan`: solve a scenario, save the plan, print its summary."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import INTERRUPTED
from planner.cli import folder as directory
from planner.cli.options import bounded, read_study, scenario
from planner.cli.progress import patient_interrupts, progress
from planner.cli.session import LIMIT_WITH_PLAN, OK, Session, common
from planner.core.interrupts import undisturbed
from planner.core.settings import SHARING

if TYPE_CHECKING:
    from planner.results.plan import Plan

EXIT_CODES = {
    "optimal": OK, "gap_reached": OK, "time_limit": LIMIT_WITH_PLAN, "work_limit": LIMIT_WITH_PLAN,
    "interrupted": INTERRUPTED,
}  # fmt: skip


@click.command("plan", short_help="Decide what to order and which runs start.")
@scenario
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where to write; default: ./out/<study>.")
@click.option("--gap", type=bounded("gap"), help="Stop at this share of gross value; default: the scenario's.")
@click.option("--time-limit", type=bounded("time_limit_s"), metavar="S", help="Wall clock of the search, seconds.")
@click.option("--threads", type=bounded("threads"), help="Solver threads; default: all cores.")
@click.option("--seed", type=bounded("seed"), help="Random seed of the solver.")
@click.option("--strategy", type=bounded("strategy"), help="How to search; default: the scenario's, else guided.")
@click.option(
    "--work-limit",
    type=bounded("work_limit"),
    metavar="N",
    help="Stop after about this many simplex iterations: the same plan each time, unless the time limit comes first.",
)
@click.option(
    "--policy",
    type=bounded("policy", SHARING),
    help="Who gets the compute; the same as --set sharing.policy=...; default: the scenario's.",
)
@common
@click.pass_obj
def plan(
    session: Session, scenario: str, changes: tuple[str, ...], out: Path | None, gap: float | None,
    time_limit: float | None, threads: int | None, seed: int | None, strategy: str | None, work_limit: int | None,
    policy: str | None,
) -> int:  # fmt: skip
    """Decide orders, power, network and runs; prove how good the plan is; save and sum it up.

    PATH|NAME is a scenario folder or the name of a bundled one (see `planner list`). Writes DIR/plan.nc, DIR/plan.xlsx
    and DIR/tables/*.csv. DIR/plan.nc is there from the first plan on, replaced by better ones while the search goes on
    (`running`, checked, with its gap): a run that is killed leaves it behind. What an earlier run wrote to DIR is moved
    to DIR/earlier before the search.
    """
    study = read_study(scenario, changes if policy is None else (*changes, f"sharing.policy={policy}"))
    session.study = study.name
    folder = out if out is not None else Path("out") / study.name
    directory.make(folder)
    directory.set_aside(folder)
    with patient_interrupts(session):
        with progress(session) as on_progress:
            found = study.solve(
                gap, time_limit, threads=threads, seed=seed, strategy=strategy, work_limit=work_limit,
                on_progress=on_progress, on_plan=directory.keeper(folder, session),
            )  # fmt: skip
        with undisturbed():
            files = directory.save(found, folder, session)
    from planner.export.summary import summary_text

    said = f"Saved: {files[0]}, {files[1]}, {folder / directory.TABLES}{os.sep}*.csv"
    session.result(f"{summary_text(found.data)}\n{said}\n", report(found, files))
    return EXIT_CODES[found.status]


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
