"""What the plan comes to: runs, cash against budgets, the ledger, use of what stands, what limits are worth."""

from __future__ import annotations

from collections import defaultdict

from planner.export.reading import LEAST, Field, Reading, Table, Value, as_table, whole

SIGN = {"value": 1, "resale": 1, "terminal": 1, "capex": -1, "opex": -1, "penalty": -1}
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
    Field("kind", "id", "capex, opex, penalty, value or terminal"),
    Field("part", "id", "part of the kind"),
    Field("where", "id", "site, lease, run, stream, type or budget"),
    Field("date", "date", "month in which it falls due"),
    Field("fiscal_year", "integer", "the calendar year in which the fiscal year ends"),
    Field("in_horizon", "flag", "whether the month lies inside the horizon, tail included"),
    Field("sign", "integer", "+1: counts for the plan, -1: against it"),
    Field("amount_musd", "musd", "nominal amount"),
    Field("discounted_musd", "musd", "what it counts in the objective", total=True),
)
CASH_FIELDS = (
    Field("fiscal_year", "integer", "the calendar year in which the fiscal year ends"),
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
USE_FIELDS = (
    Field("site", "id", "site or lease"),
    Field("accelerator", "id", "type"),
    Field("period", "date", "first month of the period"),
    Field("months", "integer", "length of the period"),
    Field("in_tail", "flag", "behind the reported horizon"),
    Field("in_service", "number", "accelerators in service"),
    Field("online", "number", "accelerators powered (rented: in use)"),
    Field("taken", "number", "accelerators that runs and streams take"),
    Field("stranded", "number", "in service at own sites but not powered"),
    Field("utilisation", "share", "share of what is in service that is taken"),
)
MW_FIELDS = (
    Field("site", "id", "own site"),
    Field("period", "date", "first month of the period"),
    Field("months", "integer", "length of the period"),
    Field("in_tail", "flag", "behind the reported horizon"),
    Field("hall_mw", "number", "MW of IT that halls house"),
    Field("power_source_mw", "number", "MW at the meter"),
    Field("draw_mw", "number", "provisioned IT draw of what is online"),
    Field("stranded_mw", "number", "IT power housed and fed that nothing draws"),
)
STREAM_FIELDS = (
    Field("stream", "id", "stream"),
    Field("period", "date", "first month of the period"),
    Field("months", "integer", "length of the period"),
    Field("in_tail", "flag", "behind the reported horizon"),
    Field("served_pflops", "number", "rate served"),
    Field("unserved_pflops", "number", "floor not served, at its price"),
)
WORTH_FIELDS = (
    Field("limit", "id", "budget, mw or accelerator"),
    Field("where", "id", "budget category, site, or type at site"),
    Field("date", "date", "first month of the period; empty: the whole fiscal year"),
    Field("fiscal_year", "integer", "the calendar year in which the fiscal year ends"),
    Field("worth_musd", "number", "worth today of one more M$, MW or accelerator in the period, M$"),
)


def runs(r: Reading) -> Table:
    """What became of every run."""
    fate = {name: r.array(f"run_{name}") for name in (
        "status", "start", "finish", "site", "accelerator", "n", "months_late", "value_musd", "reason",
    )}  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for i, run in enumerate(r.labels("run")):
        said = {name: values[i] for name, values in fate.items() if values is not None}
        row = r.case.runs[run]
        rows.append((
            run, row["team"], str(said["status"]), said["start"] or None, said["finish"] or None, row["due"],
            int(said["months_late"]), said["site"] or None, said["accelerator"] or None, int(said["n"]),
            float(said["value_musd"]), float(row["value_musd"]), str(said.get("reason", "")) or None,
        ))  # fmt: skip
    return as_table("runs", "Training runs", RUN_FIELDS, rows)


def ledger(r: Reading) -> Table:
    """Every line of money that is not zero, nominal and as it counts."""
    calendar = r.case.calendar
    columns = [r.array(f"line_{name}") for name in ("kind", "part", "where", "date")]
    amounts = zip(r.data["ledger_musd"].to_numpy(), r.data["ledger_discounted_musd"].to_numpy(), strict=True)
    rows: list[tuple[Value, ...]] = []
    for i, (nominal, discounted) in enumerate(amounts):
        if nominal == 0:
            continue
        kind, part, where, date = (str(column[i]) for column in columns if column is not None)
        month = calendar.month(date)
        year, inside = calendar.fiscal_year(month), 0 <= month < calendar.end
        rows.append((i, kind, part, where, date, year, inside, SIGN[kind], float(nominal), float(discounted)))
    return as_table("ledger", "Ledger", LEDGER_FIELDS, rows)


def cash(r: Reading, lines: Table) -> Table:
    """Cash by fiscal year and category, against the budget where there is one; `lines` is the ledger."""
    due: dict[tuple[int, str, bool], float] = defaultdict(float)
    for line in lines.records():
        if line["kind"] in ("capex", "opex"):
            for category in (line["part"], "all") if line["kind"] == "capex" else ("opex",):
                due[line["fiscal_year"], category, line["in_horizon"]] += line["amount_musd"]
    years = sorted({*r.case.calendar.months_by_year(), *(year for year, _, _ in due)})
    rows: list[tuple[Value, ...]] = []
    for year in years:
        for category in (*r.labels("category"), "all", "opex"):
            spent, after = due.get((year, category, True), 0.0), due.get((year, category, False), 0.0)
            rows.append((year, category, spent, after, *_budget(r, category, year)))
    return as_table("cash", "Cash by fiscal year against budget", CASH_FIELDS, rows)


def _budget(r: Reading, category: str, year: int) -> tuple[Value, ...]:
    """Budget, carried in, pulled in, taken by the year before, overrun and left; unknowns where there is none."""
    if "budget" not in r.data or category not in r.labels("budget_category") or year not in r.labels("fiscal_year"):
        return (None,) * 6

    def of(name: str, at: int) -> float:
        if name not in r.data or at not in r.labels("fiscal_year"):
            return 0.0
        return float(r.data[name].sel(budget_category=category, fiscal_year=at).item())

    stated = {row["fiscal_year"]: row for row in r.inputs.rows("budgets") if row["category"] == category}
    before = max((y for y in stated if y < year), default=None)
    carried = 0.0 if before is None else stated[before]["carry_over_share"] * of("budget_left", year - 1)
    return (
        of("budget", year), carried, of("budget_pull", year), of("budget_pull", year - 1),
        of("budget_overrun", year), of("budget_left", year),
    )  # fmt: skip


def use(r: Reading) -> Table:
    """Accelerators in service, online, taken and stranded, by site, type and period."""
    names = ("in_service", "online", "taken", "stranded_accelerators", "utilisation")
    arrays = [r.array(name) for name in names]
    rows: list[tuple[Value, ...]] = []
    for s, site in enumerate(r.labels("site")):
        for g, accelerator in enumerate(r.labels("accelerator")):
            for t, period in enumerate(r.case.calendar.periods):
                values = [0.0 if array is None else float(array[g, s, t]) for array in arrays]
                if any(abs(value) > LEAST for value in values):
                    when = (r.month(period.start), period.months, period.in_tail)
                    rows.append((site, accelerator, *when, *(whole(v) for v in values[:-1]), values[-1]))
    return as_table("use", "Use of accelerators", USE_FIELDS, rows)


def mw(r: Reading) -> Table:
    """MW housed, fed, drawn and stranded, by own site and period."""
    draw, stranded = r.array("draw_mw"), r.array("stranded_mw")
    rows: list[tuple[Value, ...]] = []
    if not r.inputs.has("halls") and not r.inputs.has("power_sources"):
        return as_table("mw", "MW by site", MW_FIELDS, rows)
    able = {name: _by_site(r, name) for name in ("hall", "power_source")}
    for s, site in enumerate(r.labels("site")):
        for t, period in enumerate(r.case.calendar.periods if site in r.case.sites else ()):
            held = [found.get((site, t)) if r.inputs.has(f"{name}s") else None for name, found in able.items()]
            drawn = None if draw is None else float(draw[s, t])
            idle = None if stranded is None else float(stranded[s, t])
            rows.append((site, r.month(period.start), period.months, period.in_tail, *held, drawn, idle))
    return as_table("mw", "MW by site", MW_FIELDS, rows)


def _by_site(r: Reading, dim: str) -> dict[tuple[str, int], float]:
    values, site_of = r.array(f"{dim}_mw"), r.array(f"{dim}_site")
    found: dict[tuple[str, int], float] = defaultdict(float)
    if values is not None and site_of is not None:
        for site, row in zip(site_of, values, strict=True):
            for t, value in enumerate(row):
                found[str(site), t] += float(value)
    return found


def streams(r: Reading) -> Table:
    """Rates served and not served, by stream and period."""
    served, unserved = r.array("served"), r.array("unserved")
    rows: list[tuple[Value, ...]] = []
    for i, stream in enumerate(r.labels("stream")):
        for t, period in enumerate(r.case.calendar.periods):
            rates = [0.0 if array is None else float(array[i, t]) for array in (served, unserved)]
            rows.append((stream, r.month(period.start), period.months, period.in_tail, *rates))
    return as_table("streams", "Streams served", STREAM_FIELDS, rows)


def worth(r: Reading) -> Table:
    """What one more unit of each limit that binds is worth."""
    rows: list[tuple[Value, ...]] = []
    for (category, year), price in r.entries("price_budget"):
        rows.append(("budget", category, None, year, price))
    periods = r.case.calendar.periods
    for (site, t), price in r.entries("price_mw"):
        rows.append(("mw", site, r.month(periods[t].start), periods[t].fiscal_year, price))
    for (accelerator, site, t), price in r.entries("price_accelerator"):
        rows.append(("accelerator", f"{accelerator}@{site}", r.month(periods[t].start), periods[t].fiscal_year, price))
    return as_table("worth", "What one more unit is worth", WORTH_FIELDS, rows)
