"""Results by team over the periods, groups with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.data.teams import read_tree
from planner.export.facts.reading import Reading

TRADED = ("team_lent", "team_borrowed", "team_released", "team_extra", "team_credit")  # teams that ask trade, no group


def by_team(r: Reading, name: str) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """A result as series over the periods by team and group, none if absent; groups trade their members' sum."""
    found = {team: series for (team,), series in r.by_period(name, "team").items()}
    if found and name in TRADED:
        found = {k: np.sum([found[x] for x in members], axis=0) for k, members in read_tree(r.inputs).members.items()}
    return found
