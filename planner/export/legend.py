"""What puzzles in figures of teams, in a line each, where it occurs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planner.data.teams import read_tree
from planner.export.facts.reading import Reading
from planner.export.words import listed
from planner.results.finishes import counted_at_the_end

HALF_SHOWN = 0.0005  # of a share: what is nearer to 100 % is shown as 100.0 %


def legend(r: Reading, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Lines on rows of the table `teams`; where there are several they name whose figures they are about."""
    members = read_tree(r.inputs).members
    alone = {k: at.get("finish", {}) for k, at in json.loads(r.data.attrs["sharing"])["alone"].items()}
    early = [row["team"] for row in rows if (row["service_ratio"] or 0.0) > 1.0 + HALF_SHOWN]
    if early:
        yield f"Service above 100 %{_of(early, rows)}: what is done before it is due is discounted less."
    found = {row["team"]: counted_at_the_end(members[row["team"]], r.case, alone, r.data) for row in rows}
    if refused := {k: runs for k, runs in found.items() if runs}:
        yield f"Finish{_of(list(refused), rows)} takes refused runs as done when reporting ends: {_all(refused)}."
    known = [row for row in rows if row["request_accuracy"] is not None]
    short = [row["team"] for row in known if row["request_accuracy"] < 1.0 - HALF_SHOWN]
    found = {k: _by_others(r, members[k]) for k in short}
    if others := {k: ways for k, ways in found.items() if ways}:
        said = "counts its own runs and streams, not what else fulfils"
        yield f"Accuracy{_of(list(others), rows)} {said} {_all(others)}."


def _of(teams: Sequence[str], rows: Sequence[Any]) -> str:
    return f" ({listed(teams)})" if len(rows) > 1 else ""


def _all(found: Mapping[str, Sequence[str]]) -> str:
    return listed(list(dict.fromkeys(item for items in found.values() for item in items)))


def _by_others(r: Reading, members: tuple[str, ...]) -> list[str]:
    """Programmes of some teams that no new run of theirs fulfils: a joint run, another team's or a licence does."""
    own = {run for run in r.labels("run") if r.teams.get(run) in members}
    run_of = {(row["programme"], row["option"]): row["run"] for row in r.inputs.rows("programme_options")}
    team_of = {row["programme"]: row["team"] for row in r.inputs.rows("programmes")}
    taken = r.array("programme_option")
    ways = [] if taken is None else zip(r.labels("programme"), taken.tolist(), strict=True)
    return [
        f"{p} (by {option})" for p, option in ways if option and team_of[p] in members and run_of[p, option] not in own
    ]
