"""Rules over the table `teams`: no circles, groups that do not ask, shares that fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from planner.core.declare import Finding, Row
from planner.core.inputs import Inputs


def no_circle(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    """A team is not above itself."""
    parent = {row["team"]: row["parent"] for row in rows}
    for i, row in enumerate(rows):
        above, seen = row["parent"], {row["team"]}
        while above is not None and above not in seen:
            seen.add(above)
            above = parent.get(above)
        if above == row["team"]:
            yield Finding(i, "parent", "a team is no member of itself", row["parent"])


def groups_do_not_ask(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    """Who has members asks for nothing."""
    groups = {row["parent"]: i for i, row in enumerate(rows)}
    for table in ("runs", "streams", "programmes", "running"):
        for asking in inputs.rows(table):
            if asking["team"] in groups and asking["team"] is not None:
                where = next(i for i, row in enumerate(rows) if row["team"] == asking["team"])
                yield Finding(where, "team", f"is a group with members, and {table} ask in its name", asking["team"])
                return


def shares_fit(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    """Entitlements of the members of a group add up to 1 at most."""
    total: dict[str | None, float] = defaultdict(float)
    for i, row in enumerate(rows):
        total[row["parent"]] += row["share"] or 0.0
        if row["share"] is not None and total[row["parent"]] > 1 + 1e-9:
            yield Finding(
                i, "share", "the shares of a group's members add up to 1 at most", f"{total[row['parent']]:g}"
            )
