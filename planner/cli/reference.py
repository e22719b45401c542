"""`planner reference`: the mathematics and the inputs, as the declarations state them."""

from __future__ import annotations

import click

from planner.cli.session import Session, common


@click.command("reference", short_help="Print the mathematics or the input format.")
@click.argument("what", type=click.Choice(["math", "inputs"]))
@common
@click.pass_obj
def reference(session: Session, what: str) -> int:
    """Print the page of mathematics (sets, decisions, numbered equations) or every input column, as Markdown."""
    if what == "math":
        from planner.model.mathbook import mathbook
        from planner.solve.sharing.stages import page

        text = f"{mathbook()}\n{page()}"
    else:
        from planner.data.schema import input_reference
        from planner.model.rooms import TABLES

        text = input_reference(TABLES)
    session.result(text, {"status": "printed", "markdown": text})
    return 0
