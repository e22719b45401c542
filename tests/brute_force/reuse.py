"""The planning rules a second time, single steps and second lives: phases of power, retrofits, resale.

Written from `model.md`'s conventions, the declared tables and the scenario document alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.brute_force.arithmetic import MUSD, Scenario
from tests.brute_force.problem import ONE, Key, Problem, Terms, total
from tests.generators import Row


def phases(p: Problem, s: Scenario, source: Row) -> Iterator[tuple[Key, int, int, float]]:
    """The phases of a source, each built once or never: (column, order month, period of arrival, MW)."""
    for row in s.rows("power_phases"):
        if (row["site"], row["power_source"]) != (source["site"], source["power_source"]):
            continue
        ways: Terms = {}
        for v, start, order in s.arrivals(row, row["lead_time_months"]):
            key = p.integer("phase", row["site"], row["power_source"], row["phase"], v)
            ways[key] = 1.0
            p.money("capex", "power", order, {key: row["price_musd"]})
            p.money("terminal", "power", s.end, {key: _worth(s, "power", row["price_musd"], start)})
            yield key, order, v, row["mw"]
        p.at_most("other", ways, {ONE: 1.0})


def moved(p: Problem, s: Scenario, hall: Row, built: list[Terms]) -> None:
    """MW that a hall gives to others of its site, and gets from them once the outage is over."""
    for row in s.rows("retrofits"):
        if row["site"] != hall["site"] or hall["hall"] not in (row["from_hall"], row["to_hall"]):
            continue
        gives = hall["hall"] == row["from_hall"]
        for v, start, _ in s.arrivals(row, 0):
            key = p.real("retrofit", row["site"], row["from_hall"], row["to_hall"], v)
            back = start + row["outage_months"]
            for t, period in enumerate(s.periods):
                if gives and t >= v:
                    built[t][key] -= 1.0
                elif not gives and period.start >= back:
                    built[t][key] += 1.0
            if gives:
                p.money("capex", "hall", start, {key: row["musd_per_mw"]})
                p.money("terminal", "hall", s.end, {key: _worth(s, "hall", row["musd_per_mw"], back)})
        if gives:
            for there in built:
                p.at_most("other", {}, there)


def sold(p: Problem, s: Scenario) -> Iterator[tuple[tuple[str, str, int], Key]]:
    """Accelerators of the fleet sold early: ((type, site, period in which they are missing), column)."""
    for number, row in enumerate(s.rows("fleet")):
        prices = sorted(
            (r["age_months"], r["price_usd"]) for r in s.rows("resale") if r["accelerator"] == row["accelerator"]
        )
        comes, goes = s.month(row["in_service_from"]), s.month(row.get("retires"))
        every: Terms = {}
        for v, period in enumerate(s.periods) if prices else []:
            if comes <= period.start < goes:
                key = p.real("sold", number, v)
                every[key] = 1.0
                price = ([usd for age, usd in prices if age <= period.start - comes] or [prices[0][1]])[-1]
                p.money("resale", "compute", period.start, {key: price * MUSD})
                for t in range(v, len(s.periods)):
                    if s.lasts(s.periods[t], comes, goes):
                        yield (row["accelerator"], row["site"], t), key
        p.at_most("other", every, total([(row["count"], {ONE: 1.0})]))


def _worth(s: Scenario, part: str, price: float, start: int) -> float:
    return s.worth_at_end(part, price, start, price)
