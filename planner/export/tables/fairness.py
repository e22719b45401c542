"""The tables of fairness: each team against its request, its entitlement and standing alone; each goal sought."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import cache
from typing import Any

from planner.data.teams import read_tree
from planner.export.facts import Facts
from planner.export.facts.by_team import by_team
from planner.export.facts.reading import Reading
from planner.export.tables.table import Declared, Field, Row

FIGURES = (
    "value_today_musd", "asked_musd", "alone_musd", "measure_musd", "u", "regret", "service_ratio", "request_accuracy",
    "finish_ratio", "months_late", "envy", "lost_per_gained",
)  # fmt: skip
OVER_MONTHS = ("used", "entitled", "unused", "beyond", "lent", "borrowed", "released", "extra")
TEAM_FIELDS = (
    Field("team", "id", "team or group; those who ask first, then groups, whose figures are their members' sums"),
    Field("parent", "id", "group it belongs to"),
    Field("asks", "flag", "whether it asks for something itself"),
    Field("priority", "integer", "rank of policy `priority`"),
    Field("weight", "number", "how much it counts beside the other members of its group"),
    Field("share", "share", "entitlement, of the whole"),
    Field("value_today_musd", "musd", "value it realises, of today"),
    Field("best_musd", "musd", "its value in the best plan without fairness"),
    Field("asked_musd", "musd", "value of all it asks for, in full and on time"),
    Field("alone_musd", "musd", "value standing alone with its share of every limit; empty: not known"),
    Field("alone_gap_musd", "musd", "net value that the best plan alone may have more; empty: nobody knows"),
    Field("measure_musd", "musd", "what its value is measured against: alone, or 5 % of what it asks for"),
    Field("u", "number", "value over what it is measured against"),
    Field("regret", "share", "share of its value standing alone that it goes without"),
    Field("service_ratio", "share", "value over that of all it asks for; above 1 where runs finish early"),
    Field("request_accuracy", "share", "useful compute it gets over what it asks for"),
    Field("finish_ratio", "number", "months to the finish over those standing alone, mean of the runs it does alone"),
    Field("months_late", "number", "months after `due` of its programmes and other runs, all together"),
    Field("envy", "number", "the most compute of another team over its own, each by its entitlement"),
    Field("lost_per_gained", "number", "what the others lose over what it gains, against the best plan"),
    Field("used_pflops_months", "number", "compute used at dense bf16 peak, in what is reported, as the next seven"),
    Field("entitled_pflops_months", "number", "entitlement of what is online and healthy"),
    Field("unused_pflops_months", "number", "entitlement that it does not use"),
    Field("beyond_pflops_months", "number", "use beyond its entitlement"),
    Field("lent_pflops_months", "number", "left to others who owe it; of policy `entitlement`, as what follows"),
    Field("borrowed_pflops_months", "number", "taken from the entitlement of others, and owed"),
    Field("released_pflops_months", "number", "entitlement pulled back because it is not used"),
    Field("extra_pflops_months", "number", "taken of what is pulled back or nobody's"),
    Field("credit_pflops_months", "number", "what others owe it at the end of what is reported, less what it owes"),
)
GOAL_FIELDS = (
    Field("goal", "id", "goal, in the order in which they are sought"),
    Field("kind", "id", "`value`, `spend`, `churn`, or the policy whose stage it is"),
    Field("stage", "integer", "stage or rank of the policy"),
    Field("status", "id", "`optimal`, `gap_reached`, what ended it early, or `not reached`"),
    Field("found", "number", "what was reached: M$, or of u; spend and moves with their signs turned"),
    Field("bound", "number", "no plan that keeps the goals before reaches more"),
    Field("gap", "share", "what is not proven, of the value, of standing alone, ..."),
    Field("net_musd", "musd", "net value of the plan then"),
    Field("gross_musd", "musd", "its gross value"),
    Field("spend_musd", "musd", "what it spends, of today"),
    Field("given_up_musd", "musd", "net value given up against the goal before at which it was sought"),
    Field("settled", "flag", "whether net value is looked after here; if not, at most that much is given up"),
    Field("seconds", "number", "time it took"),
)


def account_of(r: Reading) -> dict[str, Any] | None:
    """What a plan says of how it was shared out; None if it was not."""
    return json.loads(r.data.attrs["sharing"]) if "sharing" in r.data.attrs else None


def _teams(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    if (said := account_of(r)) is None:
        return
    tree, rows = read_tree(r.inputs), r.inputs.by_id("teams", "team")
    reported = ~r.data["in_tail"].values
    months = r.data["months"].values * reported

    @cache
    def of(name: str) -> dict[str, Any]:
        if f"team_{name}" not in r.data:
            return {}
        return dict(zip(r.labels("team"), r.data[f"team_{name}"].transpose("team", ...).values, strict=True))

    over = {f"{name}_pflops_months": by_team(r, f"team_{name}_pflops" if f"team_{name}_pflops" in r.data else
                                             f"team_{name}") for name in OVER_MONTHS}  # fmt: skip
    credit = by_team(r, "team_credit")
    for k in (*tree.asking, *(k for k in rows if k not in tree.asking)):
        found = {name: _known(of(name).get(k)) for name in FIGURES}
        found |= {name: float((values[k] * months).sum()) if values else None for name, values in over.items()}
        gap = sum(said["alone"][x]["gap_musd"] for x in tree.members[k])
        yield {
            "team": k, "parent": rows[k]["parent"], "asks": k in tree.asking,
            "priority": rows[k]["priority"] if k in tree.asking else None, "weight": rows[k]["weight"],
            "share": tree.share[k], "best_musd": said["best"][k], **found,
            "alone_gap_musd": gap if math.isfinite(gap) else None,
            "credit_pflops_months": float(credit[k][reported][-1]) if credit else None,
        }  # fmt: skip


def _known(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _goals(facts: Facts) -> Iterable[Row]:
    if (said := account_of(facts.reading)) is None:
        return
    names = [field.name for field in GOAL_FIELDS]
    for stage in said["stages"]:
        yield stage | {"stage": stage["which"] or None, "settled": bool(stage["settled"])}
    for goal in said["ahead"]:
        yield dict.fromkeys(names) | {"goal": goal, "status": "not reached"}


TEAMS = Declared("teams", "Fairness", "Teams: what each gets, asks for, is entitled to and would have alone",
                 TEAM_FIELDS, _teams)  # fmt: skip
GOALS = Declared("goals", "Goals", "Goals in the order in which they were sought: what was reached and given up",
                 GOAL_FIELDS, _goals)  # fmt: skip
