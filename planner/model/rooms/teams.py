"""Teams: who gets the compute - what each is entitled to, lends, borrows and is guaranteed.

Sets: asking team k (one without members), period t.

Decisions (policy `entitlement`)
    lent[k,t]        entitlement left to others, who owe it                           [PFLOP/s]
    borrowed[k,t]    taken from the entitlement of others, and owed                   [PFLOP/s]
    released[k,t]    entitlement pulled back because it is not used                   [PFLOP/s]
    extra[k,t]       taken of what is pulled back or assigned to nobody; not owed     [PFLOP/s]
    credit[k,t]      what others owe the team at the end of t, less what it owes      [PFLOP/s-months]
    gives[k,t]       whether it gives or takes                                        0 or 1

used[k,t] = sum of peak[g] * (n_c * share of t present, of its runs; stream_use of its streams)
there[t] = sum over g, s of peak[g] * availability[g] * online[g,s,t]                 [PFLOP/s]
most[k,t] = what all its runs and streams could use                                   [PFLOP/s]
e[k]: policy `entitlement`: its share; `pro_rata`: the compute it asks for, of all that is asked for.

    (T1) used[k,t] + lent[k,t] + released[k,t] <= e[k] * there[t] + borrowed[k,t] + extra[k,t]
    (T2) sum over k of borrowed[k,t] = sum over k of lent[k,t]
    (T3) sum over k of extra[k,t] <= sum over k of released[k,t] + (1 - sum of e) * there[t]
    (T4) released[k,t] <= pull_back_share[k] * e[k] * there[t]
    (T5) credit[k,t] = credit[k,t-1] + months * (lent[k,t] - borrowed[k,t])           [PFLOP/s-months]
    (T6) credit[k,t] >= -credit_limit[k], and >= 0 at the end of what is reported if debts are settled
    (T7) used[k,t] >= guaranteed[k,t]                                                 [PFLOP/s]
    (T8) lent[k,t] + released[k,t] <= sum over others of most[.,t] * gives[k,t]       [PFLOP/s]
    (T9) borrowed[k,t] + extra[k,t] <= most[k,t] * (1 - gives[k,t])                   [PFLOP/s]

T2 to T6, T8 and T9 belong to policy `entitlement`, T1 to it and `pro_rata`, T7 to all. Without T8 and T9 a team could
have its own entitlement pulled back while it borrows, and a debtor return what was never its own; where nothing is
pulled back and nothing is nobody's, they forbid nothing and are left out. peak is the dense one in bf16, so that
types add up. A team's value is the sum of its discounted lines of value: runs, streams, programmes, runs in progress.
Money: none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Rule, Table
from planner.data.derive import Case
from planner.data.rules.team import groups_do_not_ask, no_circle, shares_fit
from planner.data.teams import Tree, compute_asked, read_tree, team_of_value
from planner.model.team_use import compute_online, most_use, use_by_team
from planner.model.terms import Terms
from planner.model.workspace import Workspace, linear, or_zero

TEAMS = Table(
    "teams",
    "Who asks: groups and teams, a tree. A team without members asks; a group stands for its members.",
    ("team",),
    (
        Column("team", "id", "name"),
        Column("title", "text", "name to show", "", None),
        Column("parent", "id", "group it belongs to; empty: the top", "", None, refers=("teams",)),
        Column(
            "weight", "number", "how much it counts beside the other members: in `max_min`, in `alpha_fair`, and in "
            "entitlements that are not stated", "", 1.0, low=1e-3, high=1e3,
        ),
        Column(
            "share", "number", "entitlement, of its parent's; empty: by weight of what others leave", "", None,
            low=0, high=1,
        ),
        Column("priority", "integer", "of policy `priority`: 1 before 2; equal: together", "", 1, low=1),
        Column(
            "pull_back_share", "number", "share of its entitlement that others may have unowed if it is not used", "",
            0.0, low=0, high=1,
        ),
        Column("credit_pflops_months", "number", "what others owe it at the start", "PFLOP/s-months", 0.0),
        Column(
            "credit_limit_pflops_months", "number", "most it may owe; empty: no limit", "PFLOP/s-months", None, low=0
        ),
    ),
    rules=(
        Rule("team_in_itself", "no team is a member of itself", no_circle),
        Rule("group_asks", "groups with members ask for nothing", groups_do_not_ask,
             ("runs", "streams", "programmes", "running")),
        Rule("shares_fit", "the shares of members add up to 1 at most", shares_fit),
    ),
)  # fmt: skip
GUARANTEES = Table(
    "guarantees",
    "Compute a team must be given: floors by date, none before the first.",
    ("team", "from"),
    (
        Column("team", "id", "team", refers=("teams",)),
        Column("from", "date", "holds from here to the team's next date"),
        Column("pflops", "number", "least use at dense bf16 peak", "PFLOP/s", low=0),
    ),
)
OVER = ("team", "period")
FREE = 1e-9  # share that is nobody's
EQUATIONS = (
    Equation("T1", "use_fits_entitlement", "use and lending fit entitlement and borrowing", "PFLOP/s", OVER),
    Equation("T2", "borrowed_is_lent", "what is borrowed is lent", "PFLOP/s", ("period",)),
    Equation("T3", "extra_is_released", "what is taken unowed is pulled back or nobody's", "PFLOP/s", ("period",)),
    Equation("T4", "released_fits_share", "no more is pulled back than agreed", "PFLOP/s", OVER),
    Equation("T5", "credit_is_carried", "credit grows with lending and falls with borrowing", "PFLOP/s-months", OVER),
    Equation("T6", "debt_is_limited", "no team owes more than it may", "PFLOP/s-months", OVER,
             Limit("debt of team", 1)),
    Equation("T7", "guarantee_is_kept", "a team uses what it is guaranteed", "PFLOP/s", OVER,
             Limit("guarantee of team", 0.1)),
    Equation("T8", "giver_gives", "who takes neither lends nor leaves anything", "PFLOP/s", OVER),
    Equation("T9", "taker_takes", "who gives takes nothing", "PFLOP/s", OVER),
)  # fmt: skip
OUTPUTS = (
    Output("team_lent", "lent", OVER, "PFLOP/s", "entitlement left to others, who owe it"),
    Output("team_borrowed", "borrowed", OVER, "PFLOP/s", "taken from the entitlement of others, and owed"),
    Output("team_released", "released", OVER, "PFLOP/s", "entitlement pulled back because it is not used"),
    Output("team_extra", "extra", OVER, "PFLOP/s", "taken of what is pulled back or nobody's"),
    Output("team_gives", "gives", OVER, "1", "whether a team gives of its entitlement (1) or takes (0)"),
    Output("team_credit", "credit", OVER, "PFLOP/s-months", "what others owe a team, less what it owes"),
    Output("team_value_today_musd", "team_value", ("team",), "M$", "value a team or group realises, of today"),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the teams' block: their values, and the rows of the policy."""
    if not d.inputs.rows("teams"):
        return
    tree = read_tree(d.inputs)
    _values(m, b, d, tree)
    policy = d.inputs.setting("sharing", "policy")
    guaranteed = guarantee_rows(d)
    if policy not in ("entitlement", "pro_rata") and not guaranteed:
        return
    used, there, periods = use_by_team(m, d), compute_online(m, d), range(len(d.calendar.periods))
    b.guarantee_is_kept = pyo.Constraint(
        list(guaranteed), rule=lambda b, k, t: used[k, t] >= guaranteed[k, t], doc="(T7)"
    )
    if policy in ("entitlement", "pro_rata"):
        borrows = policy == "entitlement"
        b.TEAM = pyo.Set(initialize=tree.asking, ordered=True)
        b.PERIOD = pyo.Set(initialize=periods, ordered=True)
        if borrows:
            _trade(b, d, tree, there)
            most = most_use(m, d)
            for (k, t), floor in guaranteed.items():
                most |= {(x, t): max(most[x, t], floor) for x in tree.members[k]}
            _one_way(b, d, tree, most)
        share = tree.share if borrows else compute_shares(d, tree)

        def use_fits_entitlement(b: Any, k: str, t: int) -> Any:
            own = linear([(share[k] * c, v) for c, v in there[t]])
            if not borrows:
                return used[k, t] <= own
            return used[k, t] + b.lent[k, t] + or_zero(b.released, (k, t)) <= own + b.borrowed[k, t] + b.extra[k, t]

        b.use_fits_entitlement = pyo.Constraint(b.TEAM, b.PERIOD, rule=use_fits_entitlement, doc="(T1)")


def compute_shares(d: Case, tree: Tree) -> dict[str, float]:
    """What each asking team asks for, of all that is asked for; evenly where nothing is."""
    asked = compute_asked(d.inputs, d.calendar)
    total = sum(asked.values())
    return {k: asked[k] / total if total else 1.0 / len(tree.asking) for k in tree.asking}


def guarantee_rows(d: Case) -> dict[tuple[str, int], float]:
    """(team, period): the mean over its months of what is guaranteed in each, PFLOP/s, where that is above 0."""
    steps: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in d.inputs.rows("guarantees"):
        steps[row["team"]].append((d.calendar.month(row["from"]), row["pflops"]))
    found = {}
    for k, dated in steps.items():
        for t, period in enumerate(d.calendar.periods):
            held = [max((x for x in dated if x[0] <= month), default=(0, 0.0))[1]
                    for month in range(period.start, period.end)]  # fmt: skip
            if sum(held) > 0:
                found[k, t] = sum(held) / period.months
    return found


def least_credit(d: Case, tree: Tree) -> dict[tuple[str, int], float]:
    """(team, period): the least its credit may be, where there is one."""
    rows = d.inputs.by_id("teams", "team")
    last = max(t for t, period in enumerate(d.calendar.periods) if not period.in_tail)
    found = {}
    for k in tree.asking:
        limit = rows[k]["credit_limit_pflops_months"]
        for t in range(len(d.calendar.periods)):
            if t == last and d.inputs.setting("sharing", "settle"):
                found[k, t] = 0.0
            elif limit is not None:
                found[k, t] = -limit
    return found


def _values(m: Workspace, b: Any, d: Case, tree: Tree) -> None:
    m.ledger.seal("value")
    whose = team_of_value(d.inputs)
    coefficients: dict[str, list[float]] = {k: [] for k in tree.members}
    variables: dict[str, list[Any]] = {k: [] for k in tree.members}
    above = {k: [g for g, members in tree.members.items() if k in members] for k in tree.asking}
    for line, _ in m.ledger.lines("value"):
        team = whose.get((line.part, line.where))
        if team is None:
            continue
        factor, total = d.calendar.discount(line.month), m.ledger.total(line)
        each, found = total.pairs()
        for k in above[team]:
            coefficients[k] += [factor * c for c in each]
            variables[k] += found
    values = {k: Terms(coefficients[k], variables[k]) for k in tree.members}
    m.offer("team_values", values)
    b.team_value = pyo.Expression(list(values), rule=lambda b, k: values[k])


def _trade(b: Any, d: Case, tree: Tree, there: dict[int, list[Any]]) -> None:
    rows, periods = d.inputs.by_id("teams", "team"), d.calendar.periods
    keys = [(k, t) for k in tree.asking for t in range(len(periods))]
    for name in ("lent", "borrowed", "extra"):
        b.add_component(name, pyo.Var(keys, domain=pyo.NonNegativeReals, doc="PFLOP/s"))
    pulled = [(k, t) for k, t in keys if rows[k]["pull_back_share"] > 0]
    b.released = pyo.Var(pulled, domain=pyo.NonNegativeReals, doc="PFLOP/s")
    b.credit = pyo.Var(keys, domain=pyo.Reals, doc="PFLOP/s-months")
    least = least_credit(d, tree)

    def sum_of(variable: Any, t: int) -> Any:
        return sum((variable[key] for key in variable if key[1] == t), start=linear([]))

    def part(share: float, t: int) -> Any:
        return linear([(share * c, v) for c, v in there[t]])

    def credit_is_carried(b: Any, k: str, t: int) -> Any:
        before = b.credit[k, t - 1] if t else rows[k]["credit_pflops_months"]
        return b.credit[k, t] - periods[t].months * (b.lent[k, t] - b.borrowed[k, t]) == before

    b.borrowed_is_lent = pyo.Constraint(
        b.PERIOD, rule=lambda b, t: sum_of(b.borrowed, t) == sum_of(b.lent, t), doc="(T2)"
    )
    b.extra_is_released = pyo.Constraint(
        b.PERIOD, rule=lambda b, t: sum_of(b.extra, t) <= sum_of(b.released, t) + part(tree.unassigned, t), doc="(T3)"
    )
    b.released_fits_share = pyo.Constraint(
        list(b.released),
        rule=lambda b, k, t: b.released[k, t] <= part(rows[k]["pull_back_share"] * tree.share[k], t), doc="(T4)",
    )  # fmt: skip
    b.credit_is_carried = pyo.Constraint(keys, rule=credit_is_carried, doc="(T5)")
    b.debt_is_limited = pyo.Constraint(list(least), rule=lambda b, k, t: b.credit[k, t] >= least[k, t], doc="(T6)")


def _one_way(b: Any, d: Case, tree: Tree, most: dict[tuple[str, int], float]) -> None:
    """Who gives takes nothing; only where something can be had that nobody is owed for."""
    keys = list(b.lent) if b.released or tree.unassigned > FREE else []
    b.gives = pyo.Var(keys, domain=pyo.Binary, doc="1")
    others = {(k, t): sum(most[x, t] for x in tree.asking if x != k) for k, t in keys}
    b.giver_gives = pyo.Constraint(
        keys, doc="(T8)",
        rule=lambda b, k, t: b.lent[k, t] + or_zero(b.released, (k, t)) <= others[k, t] * b.gives[k, t],
    )  # fmt: skip
    b.taker_takes = pyo.Constraint(
        keys, rule=lambda b, k, t: b.borrowed[k, t] + b.extra[k, t] <= most[k, t] * (1 - b.gives[k, t]), doc="(T9)"
    )


ROOM = Room(
    name="teams",
    build=build,
    needs=("online", "start", "gang_shares", "stream_use"),
    inputs=(TEAMS, GUARANTEES),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"gives": "site"},
)
