"""`planner export`: a saved plan as a workbook or as CSV tables."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.session import OK, Session, common
from planner.core.errors import CheckFailed


@click.command("export", short_help="Write a saved plan as a workbook or as CSV.")
@click.argument("plan", metavar="PLAN.NC", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, metavar="FILE.XLSX|DIR/", help="A workbook, or a folder for CSV tables.")
@common
@click.pass_obj
def export(session: Session, plan: Path, target: str) -> int:
    """Export a saved plan: `--to plan.xlsx` writes the workbook, `--to DIR/` the tables as CSV."""
    suffix = Path(target).suffix.lower()
    folder = target.endswith(("/", "\\")) or Path(target).is_dir() or not suffix
    if not folder and suffix != ".xlsx":
        raise click.BadParameter(f"{target} is neither a workbook (.xlsx) nor a folder (DIR/)", param_hint="--to")
    from planner.cli.plan import report
    from planner.export.tables import write_tables
    from planner.export.workbook import write_workbook
    from planner.results.plan import open_plan

    found = open_plan(plan)
    session.study = str(found.data.attrs["study"])
    if not found.checked:
        raise CheckFailed(f"{plan} did not pass its check; `planner check {plan}` says why")
    files = write_tables(found.data, target) if folder else [write_workbook(found.data, target)]
    session.result("\n".join(str(file) for file in files), {**report(found, files)})
    return OK
