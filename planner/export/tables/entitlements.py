"""The table of entitlements: what each team is entitled to, uses, lends, borrows and is owed, period by period."""

from __future__ import annotations

from collections.abc import Iterable

from planner.export.facts import Facts
from planner.export.facts.by_team import by_team
from planner.export.tables.table import Declared, Field, Row

COLUMNS = (  # field, the plan's variable, meaning
    ("entitled_pflops", "team_entitled_pflops", "its share of what is online, PFLOP/s at dense bf16 peak"),
    ("used_pflops", "team_used_pflops", "taken by its runs and streams, PFLOP/s"),
    ("lent_pflops", "team_lent", "left to others, who owe it, PFLOP/s; without policy `entitlement`: 0"),
    ("borrowed_pflops", "team_borrowed", "taken from others' entitlement, and owed, PFLOP/s"),
    ("released_pflops", "team_released", "pulled back because it is not used, PFLOP/s"),
    ("extra_pflops", "team_extra", "taken of what is pulled back or nobody's, not owed, PFLOP/s"),
    ("credit_pflops_months", "team_credit", "what others owe it at the end, less what it owes, PFLOP/s-months"),
)
FIELDS = (
    Field("team", "id", "team or group"),
    Field("period", "date", "start of the period"),
    Field("months", "integer", "months of the period"),
    Field("fiscal_year", "year", "fiscal year"),
    Field("in_tail", "flag", "behind the reported horizon"),
    *(Field(name, "number", meaning) for name, _, meaning in COLUMNS),
)


def _entitlements(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    series = {name: by_team(r, variable) for name, variable, _ in COLUMNS}
    for team in series["entitled_pflops"]:
        for t in r.labels("period"):
            held = {name: float(found[team][t]) if found else 0.0 for name, found in series.items()}
            yield {"team": team, **r.when(t), **held}


ENTITLEMENTS = Declared("entitlements", "Entitlements", "Entitlements: used, lent and borrowed", FIELDS, _entitlements)
