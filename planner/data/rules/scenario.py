"""Rules that span tables: what each table says alone may be sound, and together still make no sense.

A finding names the cell as `table.column`, its row by position in that table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from planner.core.declare import Finding, Row, Rule
from planner.core.inputs import Inputs
from planner.core.months import month_label, month_number
from planner.core.rules import nearest
from planner.data.calendar import build_calendar
from planner.data.horizon import LEADS, fiscal_year, read_horizon

LONGEST_HORIZON_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class ScenarioRule:
    """A rule and the tables and settings it reads: it is left out while one of them has problems."""

    rule: Rule
    reads: tuple[str, ...]


def scenario_rule(
    name: str, meaning: str, *reads: str
) -> Callable[[Callable[[Inputs], Iterable[Finding]]], ScenarioRule]:
    """Make a `ScenarioRule` of a function of the inputs."""

    def made(check: Callable[[Inputs], Iterable[Finding]]) -> ScenarioRule:
        def checked(rows: Sequence[Row], inputs: Inputs) -> Iterable[Finding]:
            return check(inputs)

        return ScenarioRule(Rule(name, meaning, checked), reads)

    return made


@scenario_rule("period_inside_fiscal_year", "a period lies inside one fiscal year", "calendar")
def period_inside_fiscal_year(inputs: Inputs) -> Iterator[Finding]:
    starts = inputs.setting("calendar", "fiscal_year_starts")
    month = month_number(inputs.setting("calendar", "start"))
    for number, length in enumerate(inputs.setting("calendar", "periods"), 1):
        if fiscal_year(month, starts) != fiscal_year(month + length - 1, starts):
            message = f"period {number} must end with the fiscal year it starts in"
            yield Finding(0, "calendar.periods", message, f"{length} months from {month_label(month)}")
        month += length


@scenario_rule("sharing_without_teams", "what is shared out, or sought beside value, has teams", "sharing", "teams")
def sharing_without_teams(inputs: Inputs) -> Iterator[Finding]:
    if inputs.rows("teams"):
        return
    unasked = {"policy": "utilitarian", "stand_alone": False, "spend_within": None, "churn_within": None}
    for name, value in unasked.items():
        if (got := inputs.setting("sharing", name)) != value:
            message = "needs teams, and there are none in `teams`: value alone would be sought"
            yield Finding(0, f"sharing.{name}", message, got)


@scenario_rule("period_whole_slots", "a period is a whole number of slots", "calendar")
def period_whole_slots(inputs: Inputs) -> Iterator[Finding]:
    slot = inputs.setting("calendar", "slot_months")
    for length in dict.fromkeys(inputs.setting("calendar", "periods")):
        if length % slot:
            yield Finding(0, "calendar.periods", f"must be whole numbers of slots of {slot} months", length)


@scenario_rule("horizon_too_long", "the horizon with its tail is at most 100 years", "calendar", *LEADS)
def horizon_too_long(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    months = horizon.model_end - horizon.start
    if months > LONGEST_HORIZON_MONTHS:
        message = f"the horizon with its tail must be at most {LONGEST_HORIZON_MONTHS} months"
        yield Finding(0, "calendar.periods", message, months)


@scenario_rule("duration_whole_slots", "a run's duration is a whole number of slots", "calendar", "runs")
def duration_whole_slots(inputs: Inputs) -> Iterator[Finding]:
    slot = inputs.setting("calendar", "slot_months")
    for i, row in enumerate(inputs.rows("runs")):
        odd = [months for months in row["durations_months"] if months % slot]
        if odd:
            yield Finding(i, "runs.durations_months", f"must be whole numbers of slots of {slot} months", odd[0])


@scenario_rule("duration_repeated", "a run's duration is listed once", "runs")
def duration_repeated(inputs: Inputs) -> Iterator[Finding]:
    for i, row in enumerate(inputs.rows("runs")):
        twice = [months for months, times in Counter(row["durations_months"]).items() if times > 1]
        if twice:
            yield Finding(i, "runs.durations_months", "must not list a duration twice", twice[0])


@scenario_rule(
    "run_window_outside_horizon", "a run can start and finish inside the horizon", "calendar", "runs", *LEADS
)
def run_window_outside_horizon(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    for i, row in enumerate(inputs.rows("runs")):
        latest_finish = horizon.model_end - min(row["durations_months"])
        if month_number(row["latest"]) < horizon.start:
            message = f"must not lie before the horizon, which starts in {month_label(horizon.start)}"
            yield Finding(i, "runs.latest", message, row["latest"])
        elif month_number(row["earliest"]) > latest_finish:
            message = f"must let the run finish by the horizon's end: at latest {month_label(latest_finish)}"
            yield Finding(i, "runs.earliest", message, row["earliest"])


@scenario_rule(
    "orderable_window_outside_horizon", "an order window reaches into the horizon", "calendar", "accelerators", *LEADS
)
def orderable_window_outside_horizon(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    for i, row in enumerate(inputs.rows("accelerators")):
        last, first = row["orderable_until"], row["orderable_from"]
        if row["orderable"] and last is not None and month_number(last) < horizon.start:
            message = "must not lie before the horizon; say `orderable: no` if it cannot be ordered"
            yield Finding(i, "accelerators.orderable_until", message, last)
        elif row["orderable"] and first is not None and month_number(first) >= horizon.model_end:
            message = "must not lie behind the horizon; say `orderable: no` if it cannot be ordered"
            yield Finding(i, "accelerators.orderable_from", message, first)


@scenario_rule("lease_window_outside_horizon", "a lease reaches into the horizon", "calendar", "leases", *LEADS)
def lease_window_outside_horizon(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    for i, row in enumerate(inputs.rows("leases")):
        first = month_number(row["from"])
        runs_still = row["committed_lots"] and first + row["term_months"] > horizon.start
        over = row["until"] is not None and month_number(row["until"]) < horizon.start and not runs_still
        if over or first >= horizon.model_end:
            column = "until" if over else "from"
            yield Finding(i, f"leases.{column}", "must not lie outside the horizon", row[column])


@scenario_rule("lease_never_starts", "a period starts in a lease's window", "calendar", "finance", "leases", *LEADS)
def lease_never_starts(inputs: Inputs) -> Iterator[Finding]:
    calendar = build_calendar(inputs)
    starts = [period.start for period in calendar.periods]
    for i, row in enumerate(inputs.rows("leases")):
        first = calendar.month(row["from"])
        last = calendar.end if row["until"] is None else calendar.month(row["until"])
        if first >= calendar.end or last < 0:
            continue  # outside the horizon: said by the rule above
        if row["committed_lots"] and not any(start >= first for start in starts):
            yield Finding(
                i, "leases.from", "no period starts from here on, so what is committed never begins", row["from"]
            )
        elif not row["committed_lots"] and not any(first <= start <= last for start in starts):
            yield Finding(i, "leases.from", "no period starts in the window, so it can never be signed", row["from"])


@scenario_rule("fleet_outside_horizon", "a fleet row is in service inside the horizon", "calendar", "fleet", *LEADS)
def fleet_outside_horizon(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    for i, row in enumerate(inputs.rows("fleet")):
        if row["retires"] is not None and month_number(row["retires"]) <= horizon.start:
            message = "must not lie before the horizon: the row can never matter"
            yield Finding(i, "fleet.retires", message, row["retires"])
        elif month_number(row["in_service_from"]) >= horizon.model_end:
            message = "must not lie behind the horizon: the row can never matter"
            yield Finding(i, "fleet.in_service_from", message, row["in_service_from"])


@scenario_rule("due_date_before_horizon", "cash still to pay is due inside the horizon or later", "calendar", "fleet")
def due_date_before_horizon(inputs: Inputs) -> Iterator[Finding]:
    start = inputs.setting("calendar", "start")
    for i, row in enumerate(inputs.rows("fleet")):
        if row["due_musd"] and row["due_date"] is not None and row["due_date"] < start:
            yield Finding(i, "fleet.due_date", f"must not lie before the horizon's start {start}", row["due_date"])


@scenario_rule(
    "budget_year_missing",
    "a category with budgets has one for every year up to its last",
    "calendar",
    "budgets",
    *LEADS,
)
def budget_year_missing(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    first = horizon.fiscal_year(horizon.start)
    rows = inputs.rows("budgets")
    for category in dict.fromkeys(row["category"] for row in rows):
        at = {row["fiscal_year"]: i for i, row in enumerate(rows) if row["category"] == category}
        last = min(max(at), horizon.fiscal_year(horizon.model_end - 1))
        for year in range(first, last):
            if year not in at:
                message = f"category {category} lacks fiscal year {year}, which lies in the horizon"
                yield Finding(at[max(at)], "budgets.fiscal_year", message)


@scenario_rule("budget_year_outside_horizon", "a budget's year lies in the horizon", "calendar", "budgets", *LEADS)
def budget_year_outside_horizon(inputs: Inputs) -> Iterator[Finding]:
    horizon = read_horizon(inputs)
    first, last = horizon.fiscal_year(horizon.start), horizon.fiscal_year(horizon.model_end - 1)
    for i, row in enumerate(inputs.rows("budgets")):
        if not first <= row["fiscal_year"] <= last:
            message = f"must lie in the horizon, fiscal years {first} to {last}"
            yield Finding(i, "budgets.fiscal_year", message, row["fiscal_year"])


@scenario_rule("supply_basis_mixed", "a type's supply has one basis", "supply")
def supply_basis_mixed(inputs: Inputs) -> Iterator[Finding]:
    basis: dict[str, str] = {}
    for i, row in enumerate(inputs.rows("supply")):
        first = basis.setdefault(row["accelerator"], row["basis"])
        if row["basis"] != first:
            message = f"must be the same in all rows of {row['accelerator']}: {first}"
            yield Finding(i, "supply.basis", message, row["basis"])


@scenario_rule(
    "accelerator_unused",
    "an accelerator is in the fleet, rented, or eligible for something",
    "accelerators",
    "fleet",
    "leases",
    "runs",
    "streams",
)
def accelerator_unused(inputs: Inputs) -> Iterator[Finding]:
    used = {row["accelerator"] for table in ("fleet", "leases") for row in inputs.rows(table)}
    used |= {name for table in ("runs", "streams") for row in inputs.rows(table) for name in row["eligible"]}
    for i, row in enumerate(inputs.rows("accelerators")):
        if row["accelerator"] not in used:
            message = "is used by nothing: no fleet, lease, run or stream names it"
            yield Finding(i, "accelerators.accelerator", message, row["accelerator"])


@scenario_rule("team_unused", "a team asks for something", "teams", "runs", "streams", "programmes")
def team_unused(inputs: Inputs) -> Iterator[Finding]:
    used = {row["team"] for table in ("runs", "streams", "programmes") for row in inputs.rows(table)}
    used |= {row["parent"] for row in inputs.rows("teams")}
    for i, row in enumerate(inputs.rows("teams")):
        if row["team"] not in used:
            yield Finding(i, "teams.team", "is used by nothing: no run, stream or programme names it", row["team"])


@scenario_rule("fabric_family_unused", "a fabric joins the accelerators of some type", "fabrics", "accelerators")
def fabric_family_unused(inputs: Inputs) -> Iterator[Finding]:
    families = {row["fabric_family"] for row in inputs.rows("accelerators")}
    for i, row in enumerate(inputs.rows("fabrics")):
        if row["family"] not in families:
            message = "is the fabric_family of no accelerator"
            yield Finding(i, "fabrics.family", message, row["family"], nearest(row["family"], families))
