"""What the plan comes to: runs and their calendar, cash against budgets, the ledger, what limits are worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from planner.export.facts import Facts
from planner.export.facts.reading import Reading
from planner.export.tables.table import Declared, Field, Row, Value

RUN_FIELDS = (
    Field("run", "id", "run"),
    Field("team", "id", "who asks"),
    Field("status", "id", "`started` (in time), `late` or `refused`"),
    Field("start", "date", "first month"),
    Field("finish", "date", "month of the finish"),
    Field("due", "date", "finish without loss of value"),
    Field("months_late", "integer", "months after `due`"),
    Field("site", "id", "site or lease"),
    Field("accelerator", "id", "type"),
    Field("n", "integer", "size of the gang, accelerators"),
    Field("value_musd", "musd", "value realised, undiscounted", total=True),
    Field("full_value_musd", "musd", "value if finished in time", total=True),
    Field("reason", "id", "why it is late or refused, in a word"),
)
LEDGER_FIELDS = (
    Field("line", "integer", "number of the line"),
    Field("kind", "id", "capex, opex, fee, penalty, value, resale or terminal"),
    Field("part", "id", "part of the kind"),
    Field("where", "id", "site, lease, run, stream, programme, type or budget"),
    Field("date", "date", "month in which it falls due"),
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("in_horizon", "flag", "whether the month lies inside the horizon, tail included"),
    Field("sign", "integer", "+1: counts for the plan, -1: against it"),
    Field("amount_musd", "musd", "nominal amount"),
    Field("discounted_musd", "musd", "what it counts in the objective", total=True),
)
CASH_FIELDS = (
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("category", "id", "compute, hall, power, network; all: the four together; opex"),
    Field("cash_musd", "musd", "cash due inside the horizon, tail included"),
    Field("after_horizon_musd", "musd", "cash of the plan's orders and leases due behind the horizon"),
    Field("budget_musd", "musd", "budget of the year; empty: none"),
    Field("carried_in_musd", "musd", "carried over from the year before"),
    Field("pulled_in_musd", "musd", "taken from the next year's budget"),
    Field("taken_musd", "musd", "taken by the year before"),
    Field("overrun_musd", "musd", "spent beyond a priced budget"),
    Field("left_musd", "musd", "not spent"),
)
WORTH_FIELDS = (
    Field("limit", "id", "budget, mw or accelerator"),
    Field("where", "id", "budget category, site, or type at site"),
    Field("date", "date", "first month of the period; empty: the whole fiscal year"),
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("worth_musd", "number", "worth today of one more M$, MW or accelerator in the period, M$"),
)
CALENDAR_FIELDS = (
    Field("run", "id", "run, or what runs on from before the horizon"),
    Field("team", "id", "whose"),
    Field("site", "id", "site or lease; a run over several sites has a row for each; empty: refused"),
    Field("accelerator", "id", "type"),
)
QUARTER_FIELDS = (
    Field("quarter", "date", "first month of the quarter of the fiscal year"),
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("number", "integer", "which quarter of the fiscal year"),
    Field("in_tail", "flag", "begins behind the reported horizon"),
)
PARTS = {"capex": "category", "opex": "opex_part"}  # the dims that hold a kind's parts
BUDGET_CELLS = (
    "budget_musd", "carried_in_musd", "pulled_in_musd", "taken_musd", "overrun_musd", "left_musd",
)  # fmt: skip


def _runs(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    fate = {name: r.array(f"run_{name}") for name in (
        "status", "start", "finish", "site", "accelerator", "n", "months_late", "value_musd", "reason",
    )}  # fmt: skip
    for i, run in enumerate(r.labels("run")):
        said = {name: values[i] for name, values in fate.items() if values is not None}
        row = r.case.runs[run]
        texts = {name: str(said.get(name, "")) or None for name in ("start", "finish", "site", "accelerator", "reason")}
        yield {
            "run": run, "team": r.teams.get(run), "status": str(said["status"]), "due": row["due"], **texts,
            "months_late": int(said["months_late"]), "n": int(said["n"]), "value_musd": float(said["value_musd"]),
            "full_value_musd": float(row["value_musd"]),
        }  # fmt: skip


def _period_fields(facts: Facts) -> tuple[Field, ...]:
    calendar = facts.reading.case.calendar
    shown = [period for period in calendar.periods if not period.in_tail]
    return tuple(Field(calendar.label(x.start), "integer", "accelerators held in the period") for x in shown)


def _calendar(facts: Facts) -> Iterable[Row]:
    r, periods = facts.reading, facts.reading.case.calendar.periods
    held = {gang.run for gang in r.gangs}
    for run in r.case.runs:
        if run not in held:
            yield defaultdict(lambda: None, {"run": run, "team": r.teams.get(run)})
    for gang in sorted(r.gangs, key=lambda x: (x.start, x.run)):
        names: dict[str, Value] = {name: getattr(gang, name) for name in ("run", "team", "site", "accelerator")}
        here: dict[str, Value] = {str(r.month(x.start)): gang.n for x in periods if gang.months_in(x)}
        yield defaultdict(lambda: None, names | here)


def _ledger(facts: Facts) -> Iterable[Row]:
    return facts.ledger


def _cash(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    due: dict[tuple[int, str, bool], float] = defaultdict(float)
    for line in facts.ledger:
        if line["kind"] in ("capex", "opex"):
            for category in (line["part"], "all") if line["kind"] == "capex" else ("opex",):
                due[line["fiscal_year"], category, line["in_horizon"]] += line["amount_musd"]
    for year in sorted({*r.case.calendar.months_by_year(), *(year for year, _, _ in due)}):
        for category in (*r.labels("category"), "all", "opex"):
            yield {
                "fiscal_year": year, "category": category, "cash_musd": due.get((year, category, True), 0.0),
                "after_horizon_musd": due.get((year, category, False), 0.0), **_budget(r, category, year),
            }  # fmt: skip


def _budget(r: Reading, category: str, year: int) -> Row:
    """Budget, carried in, pulled in, taken by the year before, overrun and left; unknowns where there is none."""
    if "budget" not in r.data or category not in r.labels("budget_category") or year not in r.labels("fiscal_year"):
        return dict.fromkeys(BUDGET_CELLS)

    def of(name: str, at: int) -> float:
        if name not in r.data or at not in r.labels("fiscal_year"):
            return 0.0
        return float(r.data[name].sel(budget_category=category, fiscal_year=at).item())

    stated = {row["fiscal_year"]: row for row in r.inputs.rows("budgets") if row["category"] == category}
    before = max((y for y in stated if y < year), default=None)
    carried = 0.0 if before is None else stated[before]["carry_over_share"] * of("budget_left", year - 1)
    cells = (
        of("budget", year), carried, of("budget_pull", year), of("budget_pull", year - 1),
        of("budget_overrun", year), of("budget_left", year),
    )  # fmt: skip
    return dict(zip(BUDGET_CELLS, cells, strict=True))


def _quarter_fields(facts: Facts) -> tuple[Field, ...]:
    parts = [(kind, part) for kind, dim in PARTS.items() for part in facts.reading.labels(dim)]
    return (
        *(Field(f"{kind}_{part}_musd", "musd", f"{kind} due: {part}", total=True) for kind, part in parts),
        Field("capex_musd", "musd", "capex due", total=True),
        Field("opex_musd", "musd", "opex due", total=True),
        Field("resale_musd", "musd", "proceeds of sales", total=True),
    )


def _quarters(facts: Facts) -> Iterable[Row]:
    r, calendar = facts.reading, facts.reading.case.calendar
    offset = (calendar.first_month + 1 - calendar.fiscal_year_starts) % 12  # months of the fiscal year before month 0
    due: dict[int, dict[str, float]] = defaultdict(lambda: {field.name: 0.0 for field in _quarter_fields(facts)})
    for line in facts.ledger:
        if line["kind"] in (*PARTS, "resale"):
            row = due[(calendar.month(line["date"]) + offset) // 3]
            row[f"{line['kind']}_musd"] += line["amount_musd"]
            if line["kind"] in PARTS:
                row[f"{line['kind']}_{line['part']}_musd"] += line["amount_musd"]
    for quarter, amounts in sorted(due.items()):
        first = 3 * quarter - offset
        yield {
            "quarter": r.month(first), "fiscal_year": calendar.fiscal_year(first), "number": quarter % 4 + 1,
            "in_tail": r.in_tail(first), **amounts,
        }  # fmt: skip


def _worth(facts: Facts) -> Iterable[Row]:
    r, periods = facts.reading, facts.reading.case.calendar.periods
    for (category, year), price in r.entries("price_budget"):
        yield {"limit": "budget", "where": category, "date": None, "fiscal_year": year, "worth_musd": price}
    for limit in ("mw", "accelerator"):
        for (*where, t), price in r.entries(f"price_{limit}"):
            yield {
                "limit": limit, "where": "@".join(where), "date": r.month(periods[t].start),
                "fiscal_year": periods[t].fiscal_year, "worth_musd": price,
            }  # fmt: skip


RUNS = Declared("runs", "Runs", "Training runs", RUN_FIELDS, _runs)
CALENDAR = Declared(
    "calendar", "Calendar", "Run calendar: accelerators that each run holds, by period", CALENDAR_FIELDS, _calendar,
    _period_fields,
)  # fmt: skip
CASH = Declared("cash", "Cash", "Cash by fiscal year against budget", CASH_FIELDS, _cash)
QUARTERS = Declared(
    "quarters", "Quarters", "Cash by quarter of the fiscal year, nominal, by due date", QUARTER_FIELDS, _quarters,
    _quarter_fields,
)  # fmt: skip
LEDGER = Declared("ledger", "Ledger", "Ledger: every line of money", LEDGER_FIELDS, _ledger)
WORTH = Declared("worth", "Worth", "What one more unit of each limit that binds is worth", WORTH_FIELDS, _worth)
