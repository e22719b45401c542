"""What the goals need of a study's model: each team's value and standing, spend, as linear forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from planner.data.derive import Case
from planner.data.teams import Tree, read_tree, team_of_value, value_on_time
from planner.model.rooms.finance import weight
from planner.model.workspace import Workspace
from planner.solve.compile import Matrix
from planner.solve.sharing.extended import Linear, total

LEAST_SHARE = 0.05  # of the value of all requests on time: the least that a team's value is measured against


@dataclass(frozen=True)
class Teams:
    """The asking teams of a model: values, weights, priorities; spend of the whole plan.

    `besides` is, of each asking team, what net value counts that is not its own: see `_besides`.
    """

    tree: Tree
    value: dict[str, Linear]
    on_time: dict[str, float]
    priority: dict[str, int]
    spend: Linear
    besides: dict[str, Linear]

    def measure(self, alone: dict[str, float]) -> dict[str, float]:
        """What a team's value is divided by, M$: its value standing alone, or 5 % of all it asks for if that is more.

        Teams that can earn nothing have none, nor have those that are not in `alone`.
        """
        found = {k: max(alone[k], LEAST_SHARE * self.on_time[k]) for k in self.tree.asking if k in alone}
        return {k: musd for k, musd in found.items() if musd > 0}


def read_teams(m: Workspace, case: Case, matrix: Matrix) -> Teams | None:
    """The teams of a model; none if the scenario has none."""
    values = m.take("team_values", None)
    if not values:
        return None
    at, tree = matrix.positions(), read_tree(case.inputs)

    def linear(pairs: Iterable[tuple[float, object]], constant: float = 0.0) -> Linear:
        terms: dict[int, float] = {}
        for c, variable in pairs:
            if (i := at.get(id(variable))) is not None:
                terms[i] = terms.get(i, 0.0) + c
        return Linear(terms, constant)

    def of_kinds(*kinds: str) -> Linear:
        pairs, fixed = [], 0.0
        for line, _ in m.ledger.lines(*kinds):
            factor = abs(weight(line, case))
            terms, constant = m.ledger.terms(line)
            pairs += [(factor * c, v) for c, v in terms]
            fixed += factor * constant
        return linear(pairs, fixed)

    rows = case.inputs.by_id("teams", "team")
    worth = {k: linear(zip(*values[k].pairs(), strict=True), values[k].constant) for k in tree.members}
    return Teams(
        tree,
        worth,
        value_on_time(case.inputs, case.calendar),
        {k: rows[k]["priority"] for k in tree.asking},
        of_kinds("capex", "opex", "fee", "penalty"),
        {k: _besides(m, case, k, worth[k], linear) for k in tree.asking},
    )


def _besides(m: Workspace, case: Case, team: str, own: Linear, linear: Callable[..., Linear]) -> Linear:
    """What net value counts that a team standing alone does not: others' value and fees, the price of moving runs.

    What it does alone may be an option of others' programmes too, or a request of theirs that it waits for. Where costs
    alone are counted, its own value is not: then that is what it counts besides.
    """
    whose, pairs, constant = team_of_value(case.inputs), [], 0.0
    for line, _ in m.ledger.lines("value", "fee"):
        asked = "programme" if line.part == "option" else line.part if line.kind == "value" else ""
        if (asked and whose.get((asked, line.where)) != team) or line.part == "moved_run":
            factor, (terms, fixed) = weight(line, case), m.ledger.terms(line)
            pairs += [(factor * c, v) for c, v in terms]
            constant += factor * fixed
    least_cost = case.inputs.setting("finance", "objective") == "least_cost"
    return total([linear(pairs, constant), own.times(-1.0 if least_cost else 0.0)])
