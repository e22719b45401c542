"""`planner compare`: what moved from one plan to another."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.session import Session, common


@click.command("compare", short_help="What moved from plan A to plan B.")
@click.argument("base", metavar="A.NC", type=click.Path(path_type=Path))
@click.argument("this", metavar="B.NC", type=click.Path(path_type=Path))
@common
@click.pass_obj
def compare(session: Session, base: Path, this: Path) -> int:
    """What moved from plan A (the base) to plan B: orders, MW, cash, runs.

    What moved is said order by order and run by run, with the inputs that differ and the limits that bind otherwise.
    The difference in value is an interval: each study's best plan lies between what was found and its bound.
    The tables are of the two plans as they are.
    """
    from planner.results.compare import compare as compare_plans
    from planner.results.plan import open_plan

    found = compare_plans(open_plan(this).data, open_plan(base).data)
    tables = {
        name: table.reset_index().to_dict("records")
        for name, table in (
            ("parts", found.parts),
            ("cash", found.cash),
            ("orders", found.orders),
            ("power", found.power),
            ("runs", found.runs),
        )
    }
    moved = found.moves
    for name, table in (("order_moves", moved.orders), ("run_moves", moved.runs),
                        ("inputs", moved.inputs), ("binding", moved.binding)):  # fmt: skip
        tables[name] = table.to_dict("records")
    value = {"low_musd": found.value.low, "high_musd": found.value.high, "resolved": found.value.resolved}
    session.result(found.text(), {"status": "compared", "value": value, **tables})
    return 0
