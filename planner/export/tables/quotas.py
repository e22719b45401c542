"""The tables that hand a plan out: who has which accelerators when, and what that is in whole accelerators."""

from __future__ import annotations

from collections.abc import Iterable

from planner.export.facts import Facts
from planner.export.facts.allotments import LEAST_UNITS, SPARE, UNUSED
from planner.export.facts.reading import whole
from planner.export.tables.table import Declared, Field, Row

MONTH_FIELDS = (
    Field("month", "date", "month"),
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("in_tail", "flag", "behind the reported horizon"),
    Field("team", "id", "who has them; empty: nobody"),
    Field("kind", "id", "`run`, `stream`, `spare` (kept for what fails) or `unused`; together all that is online"),
    Field("load", "id", "run (or what runs on from before) or stream"),
    Field("site", "id", "site or lease"),
    Field("accelerator", "id", "type"),
    Field("n", "number", "accelerators; of streams an average"),
)
QUOTA_FIELDS = (
    Field("period", "date", "first month of the period"),
    Field("from", "date", "first month in which this holds"),
    Field("months", "integer", "for how many months: until a gang comes or goes, or the period ends"),
    Field("in_tail", "flag", "behind the reported horizon"),
    Field("team", "id", "whose; empty: what is left over in whole accelerators"),
    Field("accelerator", "id", "type"),
    Field("site", "id", "site or lease"),
    Field("n", "integer", "accelerators: gangs and, rounded down, the average of streams"),
    Field("of_runs", "integer", "of them held by gangs"),
    Field("of_streams", "integer", "of them for streams"),
)


def _months(facts: Facts) -> Iterable[Row]:
    a = facts.allotments
    for month in range(a.calendar.end):
        when = {
            "month": a.r.month(month), "fiscal_year": a.calendar.fiscal_year(month), "in_tail": a.r.in_tail(month),
        }  # fmt: skip
        rows: list[tuple[str | None, str, str | None, str, str, float]] = [
            (load.team, load.kind, load.name, load.site, load.accelerator, float(units[month]))
            for load, units in a.loads.items()
        ]
        for (site, g), units in a.online.items():
            rows.append((None, SPARE, None, site, g, float(units[month] - a.healthy[site, g][month])))
            rows.append((None, UNUSED, None, site, g, float(a.unused[site, g][month])))
        for team, kind, load, site, g, n in rows:
            if abs(n) > LEAST_UNITS:
                yield {
                    **when, "team": team, "kind": kind, "load": load, "site": site, "accelerator": g, "n": whole(n),
                }  # fmt: skip


def _quotas(facts: Facts) -> Iterable[Row]:
    a = facts.allotments
    for start, end in a.stretches:
        for quota in a.quotas(start):
            yield {
                "period": a.r.month(a.calendar.periods[a.calendar.period_of(start)].start), "from": a.r.month(start),
                "months": end - start, "in_tail": a.r.in_tail(start),
                "team": quota.team, "accelerator": quota.accelerator, "site": quota.site, "n": quota.n,
                "of_runs": quota.of_runs, "of_streams": quota.of_streams,
            }  # fmt: skip


MONTHS = Declared("months", "Months", "Who has which accelerators, month by month", MONTH_FIELDS, _months)
QUOTAS = Declared("quotas", "Quotas", "Whole accelerators of each team, by type and place", QUOTA_FIELDS, _quotas)
ALLOTMENTS = (MONTHS, QUOTAS)
