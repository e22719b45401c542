"""The planning rules a second time, what is asked and paid: streams, runs, fabrics, budgets; and all of it together.

Integer columns are what is ordered, built, signed, opened and started; the rest is linear. Rows come in families -
`budget`, `power`, `gang` and `other` - so that a test can leave one out and see whether it had been binding.
"""

from __future__ import annotations

from collections import defaultdict

from tests.brute_force.arithmetic import MUSD, Gang, Scenario
from tests.brute_force.capacity import Stock, buy, fleet, leases, power, supply
from tests.brute_force.network import Away, links
from tests.brute_force.problem import ONE, Key, Problem, Terms, affine, total
from tests.generators import Document, Row


def build(document: Document, without: frozenset[str] = frozenset()) -> Problem:
    """The problem of a scenario document, some families of rows left out."""
    s = Scenario(document)
    p = Problem(s, without)
    online = fleet(p, s)
    supply(p, s)
    leases(p, s, online)
    power(p, s, online)
    gangs = [(gang, p.integer("start", gang)) for gang in s.gangs()]
    used, away = _streams(p, s, online)
    _runs(p, s, online, gangs, used)
    links(p, s, away)
    _fabrics(p, s, online, gangs)
    _budgets(p, s)
    return p


def _streams(p: Problem, s: Scenario, online: Stock) -> tuple[Stock, Away]:
    """Service, utility and shortfall of the streams; returns what they take, and the Tb/s from their homes."""
    taken: Stock = defaultdict(dict)
    away: Away = defaultdict(dict)
    own = {r["site"] for r in s.rows("sites")}
    places = [r["site"] for r in s.rows("sites")] + [r["lease"] for r in s.rows("leases")]
    fees = _fees(s)
    for i in s.rows("streams"):
        for t, period in enumerate(s.periods):
            served: Terms = {}
            for g in [g for g in s.rows("accelerators") if g["accelerator"] in i["eligible"]]:
                for place in [q for q in i["sites"] or places if (g["accelerator"], q, t) in online]:
                    speed, key = s.stream_speed(i, g), p.real("use", i["stream"], g["accelerator"], place, t)
                    served[key] = speed
                    taken[g["accelerator"], place, t][key] = 1.0
                    if (home := i.get("home_site")) and place in own - {home}:
                        away[home, place, t][key] = i["tbps_per_pflops_away"] * speed
                    p.money("opex", "placement", period.start, {key: fees(i["stream"], place, speed) * period.months})
            floor, ceiling = s.stream_limits(i, period)
            if ceiling < float("inf"):
                p.at_most("other", served, {ONE: ceiling})
            shortfall: Terms = {}
            if floor and i["unserved_usd_per_pflops_month"] is not None:
                shortfall = {p.real("unserved", i["stream"], t): 1.0}
                price = i["unserved_usd_per_pflops_month"] * MUSD * period.months
                p.money("penalty", "unserved", period.start, total([(price, shortfall)]))
            p.at_most("other", {ONE: floor}, total([(1.0, served), (1.0, shortfall)]))
            below, parts = 0.0, {}
            segments = [r for r in s.rows("stream_segments") if r["stream"] == i["stream"]]
            for row in sorted(segments, key=lambda r: r["up_to_pflops"]):
                part = p.real("segment", i["stream"], row["up_to_pflops"], t)
                p.at_most("other", {part: 1.0}, {ONE: row["up_to_pflops"] - below})
                p.money("value", "stream", period.start, {part: row["musd_per_pflops_month"] * period.months})
                below, parts[part] = row["up_to_pflops"], 1.0
            p.at_most("other", parts, served)
    return taken, away


def _fees(s: Scenario):
    """The function (load, place, PFLOP/s each) that gives M$ per accelerator and month."""
    rows = {(r["load"], r["site"]): r for r in s.rows("placement")}

    def fee(load: str, place: str, speed: float) -> float:
        row = rows.get((load, place), {})
        return (row.get("usd_per_accelerator_month", 0.0) + row.get("usd_per_pflops_month", 0.0) * speed) * MUSD

    return fee


def _runs(p: Problem, s: Scenario, online: Stock, gangs: list[tuple[Gang, Key]], used: Stock) -> None:
    """Gangs fit what is online in every slot, gangs and streams over every period; a run is done once."""
    healthy, fees = {g["accelerator"]: g["availability"] for g in s.rows("accelerators")}, _fees(s)
    for run in s.rows("runs"):
        ways = {key: 1.0 for gang, key in gangs if gang.run == run["run"]}
        p.at_most("other", ways, {ONE: 1.0})
        if run["must_run"]:
            p.at_most("other", {ONE: 1.0}, ways)
    for gang, key in gangs:
        p.money("value", "run", gang.end, {key: gang.value})
        fee = fees(gang.run, gang.place, gang.pflops_each)
        for period in s.periods:
            present = gang.n * period.overlap(gang.start, gang.end)
            p.money("opex", "placement", period.start, {key: fee * present})
    for g, place in {(gang.type, gang.place) for gang, _ in gangs} | {(g, place) for g, place, _ in used}:
        here = [(gang, key) for gang, key in gangs if (gang.type, gang.place) == (g, place)]
        for t, period in enumerate(s.periods):
            there = total([(healthy[g], online.get((g, place, t), {}))])
            for slot in s.slots:
                if period.start <= slot.start < period.end:
                    present = affine(*((key, gang.n) for gang, key in here if slot.overlap(gang.start, gang.end)))
                    p.at_most("gang", present, there)
            shares = affine(
                *((key, gang.n * period.overlap(gang.start, gang.end) / period.months) for gang, key in here)
            )
            p.at_most("other", total([(1.0, shares), (1.0, used.get((g, place, t), {}))]), there)


def _fabrics(p: Problem, s: Scenario, online: Stock, gangs: list[tuple[Gang, Key]]) -> None:
    """Of every family at every site: accelerators and gangs fit the endpoints and instances that can carry them."""
    family_of = {g["accelerator"]: g["fabric_family"] for g in s.rows("accelerators")}
    own = {r["site"] for r in s.rows("sites")} if s.has("fabrics") else set()
    for site, family in sorted({(place, family_of[g]) for g, place, _ in online if place in own}):
        tiers = s.tiers(site, family)
        there = {f["fabric"]: _tier(p, s, f) for f in tiers}
        here = [(gang, key) for gang, key in gangs if (gang.place, family_of[gang.type]) == (site, family)]
        for t, period in enumerate(s.periods):
            every = [x for (g, q, u), x in online.items() if (q, family_of[g], u) == (site, family, t)]
            p.at_most("other", total((1.0, x) for x in every), total((1.0, there[f["fabric"]][0][t]) for f in tiers))
            for slot in [h for h in s.slots if period.start <= h.start < period.end]:
                present = [(gang.n, key) for gang, key in here if slot.overlap(gang.start, gang.end)]
                for f in tiers:
                    _carry(p, f, tiers, there, present, t)


def _carry(
    p: Problem, f: Row, tiers: list[Row], there: dict[str, tuple], present: list[tuple[int, Key]], t: int
) -> None:
    """The gangs present, as seen from one tier: those too large for it, and those of which few fit an instance."""
    reach = f["max_gang"]
    larger = [(1.0, there[o["fabric"]][0][t]) for o in tiers if o["max_gang"] > reach]
    p.at_most("gang", affine(*((key, n) for n, key in present if n > reach)), total(larger))
    for k in (2, 3):
        least = reach // k + 1
        held = [(float(o["max_gang"] // least), there[o["fabric"]][1][t]) for o in tiers if o is not f]
        large = affine(*((key, 1.0) for n, key in present if n > reach / k))
        p.at_most("gang", large, total([(k - 1.0, there[f["fabric"]][1][t]), *held]))


def _tier(p: Problem, s: Scenario, f: Row) -> tuple[list[Terms], list[Terms]]:
    """Endpoints and instances of a fabric by period."""
    name, block = f["fabric"], f["block_endpoints"]
    names = [f"{f['site']}.{name}", name]
    standing = -(-f["existing_endpoints"] // f["max_gang"])
    endpoints = [affine((ONE, f["existing_endpoints"])) for _ in s.periods]
    instances = [affine((ONE, standing)) for _ in s.periods]
    for v, start, order in s.arrivals(f, f["lead_time_months"]) if block else []:
        more, another = p.integer("endpoints", f["site"], name, v), p.integer("instances", f["site"], name, v)
        each = s.price(names, f["price_usd_per_endpoint"], order) * MUSD
        buy(p, {more: 1.0}, "network", names, block * each, (order, start, start), float("inf"))
        buy(p, {another: 1.0}, "network", names, f["instance_price_musd"], (order, start, start), float("inf"))
        for t in range(v, len(s.periods)):
            endpoints[t][more] += block
            instances[t][another] += 1.0
    for t in range(len(s.periods)) if block else []:
        p.at_most("other", endpoints[t], total([(f["max_gang"], instances[t])]))
        p.at_most("other", instances[t], {ONE: f["max_instances"]})
    return endpoints, instances


def _budgets(p: Problem, s: Scenario) -> None:
    """Spending, carrying over, pulling forward, overrunning."""
    for category, years in s.budgets().items():
        hard = all(row["overrun_price_musd"] is None for row in years.values())
        left: Terms = {}
        pulled: Terms = {}
        carry = 0.0
        for year, row in years.items():
            spent = p.spent[category, year]
            now_left, now_pulled, beyond = {p.real("left", category, year): 1.0}, {}, {}
            if year + 1 in years:
                now_pulled = {p.real("pulled", category, year): 1.0}
                limit = row["pull_forward_share"] * years[year + 1]["cap"]
                p.at_most("budget", now_pulled, {ONE: limit})
            if row["overrun_price_musd"] is not None:
                beyond = {p.real("overrun", category, year): 1.0}
                p.money("penalty", "budget", row["first_month"], total([(row["overrun_price_musd"], beyond)]))
            given = total([(1.0, {ONE: row["cap"]}), (carry, left), (1.0, now_pulled), (1.0, beyond)])
            p.equal("budget", total([(1.0, spent), (1.0, now_left), (1.0, pulled)]), given)
            left, pulled, carry = now_left, now_pulled, row["carry_over_share"]
        if hard and category != "opex":  # implied; it bounds what can be ordered in all
            spent = total((1.0, p.spent[category, year]) for year in years)
            p.at_most("budget", spent, {ONE: sum(row["cap"] for row in years.values())})
