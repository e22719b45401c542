"""Stages: what each goal in its turn makes most of, and the rows that it adds to the model.

Sets: asking team k out of K that can earn something, stage j, earlier goal i, tangent n.

u[k] = value[k] / (measure[k] * weight[k]); value, net, spend of today, those of the best plan without fairness marked
by *, of an earlier plan by '. measure[k] is what k is worth standing alone, or 5 % of all it asks for if that is more.

    max_min            for j = 1..K: maximise j * tau[j] - sum over k of d[j,k], d >= 0: the sum of the j smallest u
    (S1) d[j,k] >= tau[j] - u[k]                                                      [-]
    sharing_incentive  maximise tau <= 1
    (S2) value[k] >= tau * alone[k]                                                   [M$]
    alpha_fair         maximise sum over k of weight[k] * y[k], U(u) = u^(1-alpha) / (1-alpha), or the logarithm;
                       u here without weight; points x[n] from 0.01 on, each 5 % further
    (S3) y[k] <= U(x[n]) + U'(x[n]) * (u[k] - x[n])                                   [-]
    priority           for each rank: maximise the value of its teams
    entitlement, pro_rata
                       no stage of their own: rows of the room `teams`
    all                every goal reached is kept while the next is sought; net value within what may be given up;
                       max_min, alpha_fair and priority share out no more than the best plan spends, and `spend_more`
    (S4) goal[i] >= found[i] - 1e-6 * max(1, |found[i]|)                              [-]
    (S5) net >= net' - share * gross'                                                 [M$]
    (S6) spend <= (1 + spend_more) * spend*                                           [M$]

Weights act in max_min (a team that counts twice has its u halved) and in alpha_fair; beside that only in entitlements
that are not stated. The ordered sums are Ogryczak and Tamir's (Information Processing Letters 85, 2003): to raise all
and fix whoever is tight would be wrong with integers.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.core.declare import Equation

EQUATIONS = (
    Equation("S1", "max_min", "what a team's u is short of tau is counted", "-", ("stage", "team")),
    Equation("S2", "sharing_incentive", "no team has less than the least share of its value alone", "M$", ("team",)),
    Equation("S3", "alpha_fair", "utility lies below its tangents", "-", ("team", "tangent")),
    Equation("S4", "kept", "a goal that was reached is kept", "-", ("goal",)),
    Equation("S5", "net_value", "net value falls no further than agreed", "M$", ("goal",)),
    Equation("S6", "spend", "no more is spent than in the best plan and agreed", "M$"),
)


def page() -> str:
    """The goals' part of the page of mathematics, in Markdown."""
    title, _, body = (__doc__ or "").partition("\n")
    rows = (f"| {e.number} | {e.sentence} | {', '.join(e.over)} | {e.unit} |" for e in EQUATIONS)
    head = ("| number | sentence | for each | unit |", "|---|---|---|---|")
    parts = (f"## {title.rstrip('.')}", "", "```text", body.strip("\n"), "```", "", "### Equations", "", *head, *rows)
    return "\n".join(parts) + "\n"


@dataclass(frozen=True)
class Stage:
    """A goal sought: its optimum found and the bound on it, and what the plan then comes to, M$ of today.

    `gap` is what is not proven of the goal, as a share of `unit` (of gross value, of standing alone, ...) or of what
    was found, if that is more; `kind` says what the goal is (`value`, a policy, `spend`, `churn`) and `which` stage or
    rank of it. `gross_musd` is gross value (gross cost, where that is least). `given_up_musd` is net value against the
    goal before at which net value was sought; `settled`: whether this one seeks it. Where it does not, money lies about
    that the next one picks up. `bound` holds of plans that keep the goals found before: where those are not proven, it
    is none on the j smallest u of the fairest plan.
    """

    goal: str
    kind: str
    which: int
    status: str
    found: float
    bound: float
    unit: float
    gap: float
    net_musd: float
    gross_musd: float
    spend_musd: float
    given_up_musd: float
    settled: bool
    seconds: float
