"""`planner list`: the bundled scenarios."""

from __future__ import annotations

import click

from planner.cli.session import OK, Session, common


@click.command("list")
@common
@click.pass_obj
def list_(session: Session) -> int:
    """List the bundled scenarios with their titles."""
    from planner.data.load import bundled_names, read_scenario

    found = [{"name": name, "title": read_scenario(name).title} for name in bundled_names()]
    width = max((len(entry["name"]) for entry in found), default=0)
    lines = [f"{entry['name']:{width}}  {entry['title']}" for entry in found]
    session.result("\n".join(lines), {"status": "listed", "scenarios": found})
    return OK
