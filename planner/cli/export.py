"""`planner export`: a saved plan as a workbook, as CSV tables, or as what each team gets."""

from __future__ import annotations

import re
from pathlib import Path

import click

from planner.cli.options import month
from planner.cli.session import OK, Session, common
from planner.core.errors import CheckFailed

RESOURCE = re.compile(
    r"(?:([a-z][a-z0-9_]*)=)?([a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)"
)


def _resources(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        if not (match := RESOURCE.fullmatch(value)):
            raise click.BadParameter(f"{value} is neither NAME/RESOURCE nor TYPE=NAME/RESOURCE")
        found[match[1] or ""] = match[2]
    return found


@click.command("export", short_help="Write a saved plan as a workbook, as CSV, or as what each team gets.")
@click.argument("plan", metavar="PLAN.NC", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, metavar="FILE.XLSX|DIR/", help="A workbook, or a folder.")
@click.option("--allocation", is_flag=True, help="What each team gets, by month: CSV, quotas, a memo per team.")
@click.option("--at", metavar="YYYY-MM", callback=month, help="With --allocation: this month's quotas for Kueue too.")
@click.option(
    "--resource", "resources", multiple=True, metavar="[TYPE=]NAME", callback=_resources,
    help="With --at: what nodes call accelerators (of a type); default: nvidia.com/gpu.",
)  # fmt: skip
@common
@click.pass_obj
def export(
    session: Session, plan: Path, target: str, allocation: bool, at: str | None, resources: dict[str, str]
) -> int:
    """Export a saved plan: `--to plan.xlsx` writes the workbook, `--to DIR/` the tables as CSV.

    `--to DIR/ --allocation` writes who gets what: DIR/months.csv, DIR/quotas.csv, DIR/memo-TEAM.md and, where teams
    are measured, DIR/entitlements.csv; with `--at 2023-03` DIR/kueue-2023-03.yaml as well, the quotas of that month as
    objects of Kueue.
    """
    suffix = Path(target).suffix.lower()
    folder = target.endswith(("/", "\\")) or Path(target).is_dir() or not suffix
    if not target or (not folder and suffix != ".xlsx"):
        raise click.BadParameter(
            f"{target or 'an empty name'} is neither a workbook (.xlsx) nor a folder (DIR/)", param_hint="--to"
        )
    if allocation and not folder:
        raise click.BadParameter(f"--allocation takes a folder (DIR/), got {target}", param_hint="--to")
    if at and not allocation:
        raise click.UsageError("--at goes with --allocation")
    if resources and not at:
        raise click.UsageError("--resource goes with --at")
    from planner.cli.plan import report
    from planner.export.allocation import write_allocation
    from planner.export.tables import write_tables
    from planner.export.workbook import write_workbook
    from planner.results.plan import open_plan

    found = open_plan(plan)
    session.study = str(found.data.attrs["study"])
    if not found.checked:
        raise CheckFailed(f"{plan} did not pass its check; `planner check {plan}` says why")
    types = {row["accelerator"] for row in found.inputs.rows("accelerators")}
    if unknown := sorted(resources.keys() - types - {""}):
        raise click.BadParameter(f"the plan has no type {unknown[0]}", param_hint="--resource")
    try:
        if allocation:
            files = write_allocation(found.data, target, at, resources)
        else:
            files = write_tables(found.data, target) if folder else [write_workbook(found.data, target)]
    except OSError as error:
        raise click.BadParameter(f"{target} cannot be written: {error.strerror or error}", param_hint="--to") from None
    session.result("\n".join(str(file) for file in files), {**report(found, files)})
    return OK
