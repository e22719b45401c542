"""`planner validate`: is a scenario sound, what do its inputs rest on, and what does it leave out?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from planner.cli.options import read_study
from planner.cli.session import INVALID, OK, Session, common
from planner.core.errors import InputError

if TYPE_CHECKING:
    from planner.core.inputs import Inputs


@click.command("validate", short_help="List every problem of a scenario at once.")
@click.argument("scenario", metavar="PATH|NAME", required=False)
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change an input first. Repeatable.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of the resolved inputs instead.")
@common
@click.pass_obj
def validate(session: Session, scenario: str | None, changes: tuple[str, ...], schema: bool) -> int:
    """List every problem of a scenario at once; count what is sourced and what is assumed.

    Exit code 3 if there is any problem.
    """
    if schema:
        click.echo(_schema())
        return OK
    if scenario is None:
        raise click.UsageError("Missing argument 'PATH|NAME'.")
    try:
        inputs = read_study(scenario, changes).inputs
    except InputError as error:
        if not session.json:
            click.echo(str(error))
            return INVALID
        raise
    session.study = inputs.name
    document = inputs.document
    missing = _missing(inputs)
    session.result(
        _text(inputs, missing),
        {
            "status": "valid",
            "title": inputs.title,
            "inputs": document["provenance"],
            "changes": document["changes"],
            "catalogue_rows": len(document["catalogue_rows"]),
            "not_modelled": missing,
        },
    )
    return OK


def _missing(inputs: Inputs) -> list[str]:
    from planner.export.tables.provenance import not_modelled

    return not_modelled(inputs.document["tables"])


def _text(inputs: Inputs, missing: list[str]) -> str:
    from planner.export.words import grid, wrapped
    from planner.model.rooms import TABLES

    document = inputs.document
    p = document["provenance"]
    total = p["sourced"] + p["assumed"] + p["unstated"]
    lines = [
        *wrapped(f"{inputs.name}: valid. {inputs.title}"),
        f"{total} inputs: {p['sourced']} sourced, {p['assumed']} assumed, {p['unstated']} unstated",
    ]
    kinds = ("sourced", "assumed", "unstated")
    body = [
        (name, str(sum(found.values())), *(str(found[kind]) for kind in kinds))
        for name, found in sorted(p["by_table"].items())
    ]
    lines += grid(("table", "rows", *kinds), body) if body else []
    if document["catalogue_rows"]:
        used = sorted({str(entry["catalogue"]) for entry in document["catalogue_rows"]})
        lines += wrapped(f"catalogue rows that fill empty cells: {', '.join(used)}")
    for change in document["changes"]:
        lines += wrapped(f"changed: {change['path']} {change['op']} {change['value']} ({change['why'] or '--set'})")
    if missing:
        lines.append("not modelled, because the scenario has no such table:")
        meaning = {table.name: table.meaning for table in TABLES}
        for name in missing:
            lines += wrapped(f"{name}: {meaning[name]}", "  ")
    return "\n".join(lines)


def _schema() -> str:
    from planner.data.schema import json_schema
    from planner.model.rooms import TABLES

    return json.dumps(json_schema(TABLES), indent=2)
