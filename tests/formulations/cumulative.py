"""The same planning problem, formulated otherwise: by what stands and has begun, not by what is ordered and starts.

- Accelerators, modules, endpoints, instances and lots signed: cumulative integers that never fall; money is paid on
  their differences.
- A run: for each way to do it, whether it has begun by an offered start; it is present while begun by now and not
  begun a duration ago; it is worth something where it begins.
- A site: whether it is open by a period.
- What is not powered (`dark`) instead of what is; power of each source as a mean in MW instead of energy.
- Rented capacity of a contract in one pool instead of by signature.
- A stream's worth under the tangents of its utility instead of segment by segment.
- Budgets without columns for what is left: it is what remains.

It covers what the planner's rooms do, except lives that end inside the horizon (what stands would fall; so no tents),
prices of a lease that change (a pool has one price), runs over several sites and runs in progress.
"""

from __future__ import annotations

from collections import defaultdict

from tests.brute_force.arithmetic import MUSD, Gang, Scenario, Span
from tests.brute_force.capacity import Stock, buy
from tests.brute_force.problem import ONE, Problem, Terms, affine, total
from tests.formulations.cumulated import Standing
from tests.formulations.further import Away, links
from tests.formulations.standing import fleet, leases, power
from tests.generators import Document, Row


def build(document: Document) -> Problem:
    """The problem of a scenario document."""
    s = Scenario(document)
    p = Problem(s)
    online = fleet(p, s)
    leases(p, s, online)
    power(p, s, online)
    ways = _runs(p, s)
    taken, away = _streams(p, s, online)
    _loads(p, s, online, ways, taken)
    links(p, s, away)
    _fabrics(p, s, online, ways)
    _budgets(p, s)
    return p


class Way:
    """A way to do a run - type, place, duration - with whether it has begun by each of its offered starts."""

    def __init__(self, p: Problem, gangs: list[Gang]) -> None:
        self.gangs = sorted(gangs, key=lambda gang: gang.start)
        self.type, self.place, self.n = gangs[0].type, gangs[0].place, gangs[0].n
        months = gangs[0].end - gangs[0].start
        starts = [(i, gang.start, gang.start) for i, gang in enumerate(self.gangs)]
        self.begun = Standing(p, ("begun", gangs[0].run, self.type, self.place, months), starts)

    def present(self, slot: Span) -> Terms:
        """Whether it is present in a slot: begun by now, and not begun a duration ago."""
        months = self.gangs[0].end - self.gangs[0].start
        return total([(1.0, self._by(slot.start)), (-1.0, self._by(slot.start - months))])

    def share(self, period: Span) -> Terms:
        """n * share of the period present."""
        part = [(gang, period.overlap(gang.start, gang.end) / period.months) for gang in self.gangs]
        return total((gang.n * share, self.begun.more(i)) for i, (gang, share) in enumerate(part) if share)

    def _by(self, month: int) -> Terms:
        return self.begun.by(sum(gang.start <= month for gang in self.gangs) - 1)


def _runs(p: Problem, s: Scenario) -> list[Way]:
    """All ways to do all runs: each run is done once at most, and worth something where it begins."""
    grouped: dict[tuple[str, str, str, int], list[Gang]] = defaultdict(list)
    for gang in s.gangs():
        grouped[gang.run, gang.type, gang.place, gang.end - gang.start].append(gang)
    ways = {key: Way(p, gangs) for key, gangs in grouped.items()}
    for run in s.rows("runs"):
        done = total((1.0, way.begun.last()) for key, way in ways.items() if key[0] == run["run"])
        p.at_most("", done, {ONE: 1.0})
        if run["must_run"]:
            p.at_most("", {ONE: 1.0}, done)
    for way in ways.values():
        for i, gang in enumerate(way.gangs):
            p.money("value", "run", gang.end, total([(gang.value, way.begun.more(i))]))
    return list(ways.values())


def _fee(s: Scenario, load: str, place: str, pflops: float) -> float:
    """M$ per accelerator and month of a load at a place."""
    row = next((r for r in s.rows("placement") if (r["load"], r["site"]) == (load, place)), {})
    return (row.get("usd_per_accelerator_month", 0.0) + row.get("usd_per_pflops_month", 0.0) * pflops) * MUSD


def _streams(p: Problem, s: Scenario, online: Stock) -> tuple[Stock, Away]:
    """Service of the streams, worth what the tangents of the utility say; what they take, and traffic from home."""
    taken: Stock = defaultdict(dict)
    away: Away = defaultdict(dict)
    own = [r["site"] for r in s.rows("sites")]
    places = [r["site"] for r in s.rows("sites")] + [r["lease"] for r in s.rows("leases")]
    for i in s.rows("streams"):
        for t, period in enumerate(s.periods):
            served: Terms = {}
            for g in [g for g in s.rows("accelerators") if g["accelerator"] in i["eligible"]]:
                speed = s.stream_speed(i, g)
                for place in [q for q in i["sites"] or places if (g["accelerator"], q, t) in online]:
                    key = p.real("use", i["stream"], g["accelerator"], place, t)
                    served[key] = speed
                    taken[g["accelerator"], place, t][key] = 1.0
                    if i.get("home_site") not in (None, place) and place in own:
                        away[i["home_site"], place, t][key] = speed * i["tbps_per_pflops_away"]
                    fee = _fee(s, i["stream"], place, speed) * period.months
                    p.money("opex", "placement", period.start, {key: fee})
            floor, ceiling = s.stream_limits(i, period)
            if ceiling < float("inf"):
                p.at_most("", served, {ONE: ceiling})
            short: Terms = {}
            if floor and i["unserved_usd_per_pflops_month"] is not None:
                short = {p.real("short", i["stream"], t): 1.0}
                rate = i["unserved_usd_per_pflops_month"] * MUSD * period.months
                p.money("penalty", "unserved", period.start, total([(rate, short)]))
            p.at_most("", {ONE: floor}, total([(1.0, served), (1.0, short)]))
            _utility(p, s, i["stream"], t, served)
    return taken, away


def _utility(p: Problem, s: Scenario, stream: str, t: int, served: Terms) -> None:
    segments = sorted(
        (r["up_to_pflops"], r["musd_per_pflops_month"]) for r in s.rows("stream_segments") if r["stream"] == stream
    )
    if not segments:
        return
    worth = {p.real("worth", stream, t): 1.0}
    reached = at = 0.0
    for up_to, slope in segments:  # the tangent of each segment, from the worth reached where it begins
        p.at_most("", worth, affine((ONE, reached - slope * at), *((key, slope * x) for key, x in served.items())))
        reached, at = reached + slope * (up_to - at), up_to
    p.at_most("", worth, {ONE: reached})
    p.money("value", "stream", s.periods[t].start, total([(s.periods[t].months, worth)]))


def _loads(p: Problem, s: Scenario, online: Stock, ways: list[Way], taken: Stock) -> None:
    """Gangs fit what is online in every slot, gangs and streams over every period; placement is paid."""
    healthy = {g["accelerator"]: g["availability"] for g in s.rows("accelerators")}
    for g, place in {(way.type, way.place) for way in ways} | {(g, place) for g, place, _ in taken}:
        here = [way for way in ways if (way.type, way.place) == (g, place)]
        for t, period in enumerate(s.periods):
            there = total([(healthy[g], online.get((g, place, t), {}))])
            for slot in [h for h in s.slots if period.start <= h.start < period.end]:
                p.at_most("", total((way.n, way.present(slot)) for way in here), there)
            p.at_most(
                "", total([*((1.0, way.share(period)) for way in here), (1.0, taken.get((g, place, t), {}))]), there
            )
            for way in here:
                fee = _fee(s, way.gangs[0].run, place, way.gangs[0].pflops_each) * period.months
                p.money("opex", "placement", period.start, total([(fee, way.share(period))]))


def _fabrics(p: Problem, s: Scenario, online: Stock, ways: list[Way]) -> None:
    """Endpoints and instances that stand, and what they carry."""
    family_of = {g["accelerator"]: g["fabric_family"] for g in s.rows("accelerators")}
    there: dict[tuple[str, str], tuple[list[Terms], list[Terms]]] = {}
    for f in s.rows("fabrics"):
        there[f["site"], f["fabric"]] = _tier(p, s, f)
    for site, family in {(f["site"], f["family"]) for f in s.rows("fabrics")}:
        tiers = s.tiers(site, family)
        here = [way for way in ways if (way.place, family_of[way.type]) == (site, family)]
        for t, period in enumerate(s.periods):
            units = [(1.0, x) for (g, q, u), x in online.items() if (q, u, family_of[g]) == (site, t, family)]
            p.at_most("", total(units), total((1.0, there[site, f["fabric"]][0][t]) for f in tiers))
            for slot in [h for h in s.slots if period.start <= h.start < period.end]:
                for f in tiers:
                    large = [o for o in tiers if o["max_gang"] > f["max_gang"]]
                    gangs = total((way.n, way.present(slot)) for way in here if way.n > f["max_gang"])
                    p.at_most("", gangs, total((1.0, there[site, o["fabric"]][0][t]) for o in large))
                    for k in (2, 3):
                        several = total((1.0, way.present(slot)) for way in here if k * way.n > f["max_gang"])
                        held = [
                            (k - 1.0 if o is f else float(o["max_gang"] // (f["max_gang"] // k + 1)), o) for o in tiers
                        ]
                        p.at_most("", several, total((c, there[site, o["fabric"]][1][t]) for c, o in held))


def _tier(p: Problem, s: Scenario, f: Row) -> tuple[list[Terms], list[Terms]]:
    """Endpoints and instances of a fabric by period."""
    names, block = [f"{f['site']}.{f['fabric']}", f["fabric"]], f["block_endpoints"]
    arrivals = list(s.arrivals(f, f["lead_time_months"])) if block else []
    blocks = Standing(p, ("blocks", f["site"], f["fabric"]), arrivals)
    more = Standing(p, ("instances", f["site"], f["fabric"]), arrivals)
    for v, start, order in arrivals:
        dates, each = (order, start, start), s.price(names, f["price_usd_per_endpoint"], order) * MUSD
        buy(p, blocks.more(v), "network", names, block * each, dates, float("inf"))
        buy(p, more.more(v), "network", names, f["instance_price_musd"], dates, float("inf"))
    standing = -(-f["existing_endpoints"] // f["max_gang"])
    periods = range(len(s.periods))
    endpoints = [total([(1.0, {ONE: f["existing_endpoints"]}), (block, blocks.by(t))]) for t in periods]
    instances = [total([(1.0, {ONE: standing}), (1.0, more.by(t))]) for t in periods]
    for t in periods if block else []:
        p.at_most("", endpoints[t], total([(f["max_gang"], instances[t])]))
        p.at_most("", instances[t], {ONE: f["max_instances"]})
    return endpoints, instances


def _budgets(p: Problem, s: Scenario) -> None:
    """What remains of each year's budget is not negative."""
    for category, years in s.budgets().items():
        remains: Terms = {}
        carry, owed = 0.0, {}
        for year, row in years.items():
            borrowed: Terms = {}
            if year + 1 in years:
                borrowed = {p.real("borrowed", category, year): 1.0}
                p.at_most("", borrowed, {ONE: row["pull_forward_share"] * years[year + 1]["cap"]})
            beyond: Terms = {}
            if row["overrun_price_musd"] is not None:
                beyond = {p.real("overrun", category, year): 1.0}
                p.money("penalty", "budget", row["first_month"], total([(row["overrun_price_musd"], beyond)]))
            given = [(1.0, {ONE: row["cap"]}), (carry, remains), (1.0, borrowed), (1.0, beyond)]
            remains = total([*given, (-1.0, p.spent[category, year]), (-1.0, owed)])
            p.at_most("", {}, remains)
            carry, owed = row["carry_over_share"], borrowed
