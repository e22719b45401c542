"""The planning rules a second time, links: modules, first use, and traffic routed between sites."""

from __future__ import annotations

from collections import defaultdict

from tests.brute_force.arithmetic import Scenario, Span
from tests.brute_force.capacity import buy
from tests.brute_force.problem import ONE, Key, Problem, Terms, affine, total
from tests.generators import Row

Away = dict[tuple[str, str, int], Terms]  # Tb/s by (from site, to site, period)


def links(p: Problem, s: Scenario, away: Away) -> None:
    """Traffic of the table and of streams served away flows over links that are paid for."""
    if not s.has("links"):
        return
    asked: Away = defaultdict(lambda: defaultdict(float))
    for key, terms in away.items():
        asked[key] = affine(*terms.items())
    for ends in {(r["from_site"], r["to_site"]) for r in s.rows("traffic")}:
        for t, period in enumerate(s.periods):
            asked[*ends, t][ONE] += _mean(s, ends, period)
    for t, period in enumerate(s.periods):
        sources = sorted({a for a, _, u in asked if u == t})
        flow: dict[tuple[str, str, str], Key] = {}  # (source, from site, to site), of one link at most
        for row in s.rows("links"):
            for o in sources:
                for a, b in ((row["site_a"], row["site_b"]), (row["site_b"], row["site_a"])):
                    flow[o, a, b] = p.real("flow", row["link"], o, a, b, t)
                    cost = row["flow_cost_musd_per_tbps"] * period.months / 12
                    p.money("opex", "traffic", period.start, {flow[o, a, b]: cost})
        for o in sources:
            for site in [r["site"] for r in s.rows("sites") if r["site"] != o]:
                arrives = {key: 1.0 for (of, _, b), key in flow.items() if (of, b) == (o, site)}
                leaves = {key: 1.0 for (of, a, _), key in flow.items() if (of, a) == (o, site)}
                p.equal("link", arrives, total([(1.0, leaves), (1.0, asked.get((o, site, t), {}))]))
    for row in s.rows("links"):
        _carry(p, s, row)


def _mean(s: Scenario, ends: tuple[str, str], period: Span) -> float:
    """Tb/s of the table over a period: of each month what holds in it."""
    dated = sorted((s.month(r["from"]), r["tbps"]) for r in s.rows("traffic") if (r["from_site"], r["to_site"]) == ends)
    months = range(period.start, period.end)
    return sum(([tbps for month, tbps in dated if month <= now] or [0.0])[-1] for now in months) / period.months


def _carry(p: Problem, s: Scenario, row: Row) -> None:
    """What flows over a link fits its modules, and waits for its first use to be paid."""
    name, both = row["link"], row["capacity"] == "directed"
    there = [affine((ONE, row["existing_tbps"])) for _ in s.periods]
    most = row["existing_tbps"]
    for module in [r for r in s.rows("link_modules") if r["link"] == name]:
        built: Terms = {}
        names = [f"{name}.{module['module']}", module["module"]]
        for v, start, order in s.arrivals(module, module["lead_time_months"]):
            key = p.integer("link module", name, module["module"], v)
            built[key] = 1.0
            buy(p, {key: 1.0}, "network", names, module["price_musd"], (order, start, start), float("inf"))
            for capacity in there[v:]:
                capacity[key] += module["tbps"]
        p.at_most("other", built, {ONE: module["max_modules"]})
        most += module["tbps"] * module["max_modules"]
    flows = [key for key in p.reals if key[:2] == ("flow", name)]
    opened: Terms = {}
    for t, period in enumerate(s.periods):
        ways = defaultdict(dict)
        for key in flows:
            if key[5] == t:
                ways[key[3:5] if both else "all"][key] = 1.0
        for carried in ways.values():
            p.at_most("link", carried, there[t])
        if row["fixed_charge_musd"]:
            key = p.integer("link opened", name, t)
            opened[key] = 1.0
            p.money("capex", "network", period.start, {key: row["fixed_charge_musd"]})
            for carried in ways.values():
                p.at_most("link", carried, dict.fromkeys(opened, most))
    p.at_most("other", opened, {ONE: 1.0})
