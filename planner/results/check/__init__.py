"""The second opinion on a plan: everything derived again from its inputs and decisions, without the model.

`check_plan` takes a plan's dataset alone. It reads the resolved inputs embedded in it, takes the decisions
(orders, modules, starts, use, energy, ...) as given, and derives the rest with its own arithmetic: the
calendar, lives, sizes and windows of the chosen runs, every numbered equation, the ledger line by line, the
objective, the gap and the published results. It imports nothing of the model, the solver or the code that
derives their data, so that one mistake cannot hide in both.

Not looked at: candidates that were not chosen (what the bound rests on), the published prices and the words
that give a run's reason. A rule that only forbids what the inputs allow leaves no trace in a plan; where the
model has rows of an equation of which the check has none, a notice says so.
"""

from __future__ import annotations

import xarray as xr

from planner.results.check.budgets import check_budgets
from planner.results.check.case import Case
from planner.results.check.chosen import gangs_of, read_choices, read_endings, read_offered
from planner.results.check.demand import check_demand
from planner.results.check.fabric import check_fabric
from planner.results.check.fleet import check_fleet, compare_fleet
from planner.results.check.leases import check_leases
from planner.results.check.ledger import check_ledger, take_unknown
from planner.results.check.links import check_links
from planner.results.check.outputs import check_outputs
from planner.results.check.portfolio import check_portfolio
from planner.results.check.power import check_power
from planner.results.check.replan import check_replan
from planner.results.check.report import CheckReport, Finding
from planner.results.check.sharing import check_sharing
from planner.results.check.teams import check_teams
from planner.results.check.whole import is_whole

__all__ = ["CheckReport", "Finding", "check_plan"]


def check_plan(data: xr.Dataset) -> CheckReport:
    """Derive a plan again from its inputs and decisions and compare.

    Parameters
    ----------
    data
        A plan's dataset; `attrs["inputs"]` holds the resolved inputs as JSON.

    Returns
    -------
    CheckReport
        Findings (each a defect of the plan), notices, and what was compared.

    Raises
    ------
    KeyError
        If `data` is no plan: it carries no inputs.
    """
    case = Case(data)
    if not is_whole(case):
        return case.found.report()
    case.check_labels()
    take_unknown(case)
    offered = read_offered(case)
    choices = read_choices(case, offered)
    fleet = check_fleet(case)
    check_leases(case, fleet)
    compare_fleet(case, fleet)
    check_power(case, fleet)
    endings = read_endings(case, offered)
    gangs = gangs_of(case, choices, endings)
    use = check_demand(case, fleet, offered, choices, gangs)
    check_fabric(case, fleet, offered, gangs)
    check_links(case, choices, use)
    check_portfolio(case, choices, endings)
    used = check_teams(case, fleet, gangs)
    check_replan(case, choices)
    check_budgets(case)
    check_ledger(case)
    check_sharing(case, fleet, used)
    check_outputs(case, fleet, use, choices)
    return case.found.report()
