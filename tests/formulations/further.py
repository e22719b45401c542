"""What there is of the later rooms, by what stands and has gone: phases, retrofits, resale, links (see `cumulative`).

Traffic is gathered by where it goes, not by where it comes from.
"""

from __future__ import annotations

from collections import defaultdict

from tests.brute_force.arithmetic import MUSD, Scenario
from tests.brute_force.capacity import buy
from tests.brute_force.problem import ONE, Key, Problem, Terms, affine, total
from tests.formulations.cumulated import Standing
from tests.generators import Row

Away = dict[tuple[str, str, int], Terms]  # Tb/s by (from site, to site, period)
NEVER = float("inf")


def phases(p: Problem, s: Scenario, source: Row) -> list[tuple[Row, Standing, list[tuple[int, int, int]]]]:
    """The phases of a source: whether they stand by a period."""
    found = []
    for row in s.rows("power_phases"):
        if (row["site"], row["power_source"]) == (source["site"], source["power_source"]):
            arrivals = list(s.arrivals(row, row["lead_time_months"]))
            built = Standing(p, ("phase", row["site"], row["power_source"], row["phase"]), arrivals)
            p.at_most("", built.last(), {ONE: 1.0})
            for v, start, order in arrivals:
                buy(p, built.more(v), "power", [], row["price_musd"], (order, start, start), NEVER)
            found.append((row, built, arrivals))
    return found


def retrofits(
    p: Problem, s: Scenario, mw: dict[tuple[str, str, str], list[Terms]]
) -> dict[tuple[str, str], list[Terms]]:
    """MW by (site, hall) and period that retrofits add or take: what has gone by now, what went an outage ago."""
    change: dict[tuple[str, str], list[Terms]] = defaultdict(lambda: [{} for _ in s.periods])
    for row in s.rows("retrofits"):
        starts = list(s.arrivals(row, 0))
        gone = Standing(p, ("gone", row["site"], row["from_hall"], row["to_hall"]), starts, whole=False)
        for v, start, _ in starts:
            back = start + row["outage_months"]
            buy(p, gone.more(v), "hall", [], row["musd_per_mw"], (start, start, back), NEVER)
        for t, period in enumerate(s.periods):
            back = max((v for v, start, _ in starts if start + row["outage_months"] <= period.start), default=-1)
            for hall, sign, terms in ((row["from_hall"], -1.0, gone.by(t)), (row["to_hall"], 1.0, gone.by(back))):
                change[row["site"], hall][t] = total([(1.0, change[row["site"], hall][t]), (sign, terms)])
    for (site, hall), terms in change.items():
        for t, more in enumerate(terms):
            p.at_most("", {}, total([(1.0, mw["hall", site, hall][t]), (1.0, more)]))
    return change


def sold(p: Problem, s: Scenario) -> dict[tuple[str, str, int], list[tuple[float, Terms]]]:
    """What of the fleet has been sold by a period, by (type, site, period)."""
    missing = defaultdict(list)
    for number, row in enumerate(s.rows("fleet")):
        ages = sorted(
            (r["age_months"], r["price_usd"]) for r in s.rows("resale") if r["accelerator"] == row["accelerator"]
        )
        comes, goes = s.month(row["in_service_from"]), s.month(row.get("retires"))
        dates = [(v, q.start, q.start) for v, q in enumerate(s.periods) if ages and comes <= q.start < goes]
        gone = Standing(p, ("sold", number), dates, whole=False)
        p.at_most("", gone.last(), {ONE: row["count"]})
        for v, start, _ in dates:
            usd = next((usd for age, usd in reversed(ages) if age <= start - comes), ages[0][1])
            p.money("resale", "compute", start, total([(usd * MUSD, gone.more(v))]))
        for t, period in enumerate(s.periods):
            if s.lasts(period, comes, goes):
                missing[row["accelerator"], row["site"], t].append((-1.0, gone.by(t)))
    return missing


def links(p: Problem, s: Scenario, away: Away) -> None:
    """Every site that traffic goes to gets it; what flows fits what stands of each link and waits for its opening."""
    asked: Away = defaultdict(affine, {key: affine(*terms.items()) for key, terms in away.items()})
    for t, period in enumerate(s.periods):
        for month in range(period.start, period.end):
            holds = {(r["from_site"], r["to_site"]): r for r in s.rows("traffic") if s.month(r["from"]) <= month}
            for row in s.rows("traffic"):  # the last dated row of a pair that has begun
                pair = (row["from_site"], row["to_site"])
                if pair in holds and s.month(holds[pair]["from"]) < s.month(row["from"]) <= month:
                    holds[pair] = row
            for (a, b), row in holds.items():
                asked[a, b, t][ONE] += row["tbps"] / period.months
    flows: dict[tuple[str, int], list[tuple[tuple[str, str], Key]]] = defaultdict(list)
    for t, period in enumerate(s.periods):
        for target in {b for _, b, u in asked if u == t}:
            balance: dict[str, Terms] = defaultdict(affine)
            for row in s.rows("links"):
                for a, b in ((row["site_a"], row["site_b"]), (row["site_b"], row["site_a"])):
                    key = p.real("to", target, row["link"], a, t)
                    balance[a][key], balance[b][key] = 1.0, -1.0
                    flows[row["link"], t].append(((a, b), key))
                    p.money("opex", "traffic", period.start, {key: row["flow_cost_musd_per_tbps"] * period.months / 12})
            for site in [r["site"] for r in s.rows("sites") if r["site"] != target]:
                p.equal("", balance[site], asked.get((site, target, t), {}))
    for row in s.rows("links"):
        _fit(p, s, row, flows)


def _fit(p: Problem, s: Scenario, link: Row, flows: dict[tuple[str, int], list[tuple[tuple[str, str], Key]]]) -> None:
    name, most = link["link"], link["existing_tbps"]
    there = [affine((ONE, most)) for _ in s.periods]
    for row in [r for r in s.rows("link_modules") if r["link"] == name]:
        arrivals = list(s.arrivals(row, row["lead_time_months"]))
        built = Standing(p, ("modules", name, row["module"]), arrivals)
        p.at_most("", built.last(), {ONE: row["max_modules"]})
        for v, start, order in arrivals:
            buy(p, built.more(v), "network", [], row["price_musd"], (order, start, start), NEVER)
        there = [total([(1.0, has), (row["tbps"], built.by(t))]) for t, has in enumerate(there)]
        most += row["tbps"] * row["max_modules"]
    opened = Standing(p, ("used", name), [(t, q.start, q.start) for t, q in enumerate(s.periods)])
    p.at_most("", opened.last(), {ONE: 1.0})
    for t, period in enumerate(s.periods):
        p.money("capex", "network", period.start, total([(link["fixed_charge_musd"], opened.more(t))]))
        ways = {ends if link["capacity"] == "directed" else "both" for ends, _ in flows[name, t]}
        for way in ways:
            carried = affine(*((key, 1.0) for ends, key in flows[name, t] if way in (ends, "both")))
            p.at_most("", carried, there[t])
            p.at_most("", carried, total([(most, opened.by(t))]))
