"""Links: the network between sites, in modules, and the traffic routed over it.

Sets: link l between two sites; module q of a link; period t; v the period at whose start a module arrives;
source o: the traffic that leaves site o, to wherever, is one commodity; direction `ab` or `ba`.

Decisions
    link_build[q,v]      modules arriving at the start of v                           [modules]
    link_opened[l,t]     link first used in t, where that has a fixed charge          [0/1]
    flow[l,dir,o,t]      traffic of source o over the link                            [Tb/s]

link_tbps = existing + sum of tbps * modules arrived; traffic[o,s,t] = the mean over the months of t of the
table, + what streams served away from home and runs over several sites ask for.

    (L1) per source o and site s other than o: inflow - outflow = traffic[o,s,t]      [Tb/s]
    (L2) shared: flow of all sources in both directions (way `both`) <= link_tbps; directed: in each  [Tb/s]
    (L3) modules arrived by t <= max_modules                                          [modules]
    (L4) flow of all sources in both directions <= most Tb/s the link can ever carry (twice if directed)
         * sum of link_opened up to t                                                 [Tb/s]
    (L5) a link is opened at most once                                                [-]

Traffic is splittable and takes as many hops as it needs. A scenario of only sites, links and traffic is a
modular capacitated network design problem.
Money, at the link's first site: modules at their price at the order date by cash profile (capex `network`),
their worth at the end (terminal) and running cost (opex `running`), the fixed charge at the opening (capex
`network`), flow (opex `traffic`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.core.rules import differ, ids_apart, needed_when
from planner.core.units import MONTHS_PER_YEAR, USD_PER_MUSD
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.workspace import Line, Term, Workspace, index_set, linear, or_zero

LINKS = Table(
    "links",
    "Routes between own sites that carry, or can carry, traffic.",
    ("link",),
    (
        Column("link", "id", "name"),
        Column("site_a", "id", "one end", refers=("sites",)),
        Column("site_b", "id", "the other end", refers=("sites",)),
        Column("existing_tbps", "number", "capacity from the start", "Tb/s", 0.0, low=0),
        Column(
            "capacity",
            "choice",
            "whether both directions share the capacity or each has it",
            "",
            "shared",
            choices=("shared", "directed"),
        ),
        Column("fixed_charge_musd", "number", "paid once, when the link is first used", "M$", 0.0, low=0),
        Column("flow_cost_musd_per_tbps", "number", "cost of carrying 1 Tb/s for a year", "M$/Tb/s/year", 0.0, low=0),
    ),
    rules=(differ("site_a", "site_b"), ids_apart("link", (("sites", "site"),))),
)
LINK_MODULES = Table(
    "link_modules",
    "Capacity that can be added to a link: several kinds, combinable.",
    ("link", "module"),
    (
        Column("link", "id", "link", refers=("links",)),
        Column("module", "id", "name"),
        Column("tbps", "number", "capacity of one module", "Tb/s", low=0, low_open=True),
        Column("max_modules", "integer", "most modules", "modules", low=0),
        Column("available_from", "date", "earliest arrival; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to service; needed if max_modules > 0", "months", None, low=0),
        Column("price_musd", "number", "price of a module; needed if max_modules > 0", "M$", None, low=0),
    ),
    rules=(needed_when("lead_time_months", "max_modules"), needed_when("price_musd", "max_modules")),
)
TRAFFIC = Table(
    "traffic",
    "Traffic between own sites that must be carried.",
    ("from_site", "to_site", "from"),
    (
        Column("from_site", "id", "source", refers=("sites",)),
        Column("to_site", "id", "destination", refers=("sites",)),
        Column("from", "date", "holds from here to the pair's next date"),
        Column("tbps", "number", "rate", "Tb/s", low=0),
    ),
    rules=(differ("from_site", "to_site"),),
)
EQUATIONS = (
    Equation(
        "L1",
        "traffic_is_routed",
        "what flows into a site and not out of it is the traffic to it",
        "Tb/s",
        ("source", "site", "period"),
    ),
    Equation("L2", "flow_fits_link", "flow fits the link", "Tb/s", ("link", "way", "period"), Limit("link", 1)),
    Equation(
        "L3", "modules_fit_link", "modules fit the link", "modules", ("module", "period"), Limit("modules of link", 10)
    ),
    Equation(
        "L4",
        "link_opens_before_flow",
        "a link with a fixed charge is opened before it is used",
        "Tb/s",
        ("link", "period"),
    ),
    Equation("L5", "link_opens_once", "a link is opened at most once", "-", ("link",)),
)
OUTPUTS = (
    Output("link_build", "link_build", ("module", "period"), "modules", "link modules, by period of arrival"),
    Output("link_opened", "link_opened", ("link", "period"), "1", "link first used"),
    Output("link_tbps", "link_tbps", ("link", "period"), "Tb/s", "capacity of the link"),
    Output("flow", "flow", ("link", "direction", "source", "period"), "Tb/s", "traffic by direction and source site"),
    Output("traffic", "traffic", ("source", "destination", "period"), "Tb/s", "traffic that is routed"),
)
DIRECTIONS = ("ab", "ba")


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the links' block; nothing where the scenario has no links."""
    if not d.inputs.has("links"):
        return
    links, modules, arrivals = _links(d)
    periods = range(len(d.calendar.periods))
    b.BUILD = index_set([(q, a.period) for q, found in arrivals.items() for a in found], 2)
    b.link_build = pyo.Var(b.BUILD, domain=pyo.NonNegativeIntegers, doc="modules")
    b.link_tbps = pyo.Expression(links, periods, rule=lambda b, k, t: linear(*_capacity(b, modules, links[k], k, t)))
    traffic = traffic_terms(m, d)
    sources = sorted({(o, t) for (o, _, t) in traffic})
    b.FLOW = index_set([(k, way, o, t) for k in links for way in DIRECTIONS for o, t in sources], 4)
    b.flow = pyo.Var(b.FLOW, domain=pyo.NonNegativeReals, doc="Tb/s")
    b.traffic = pyo.Expression(list(traffic), rule=lambda b, o, s, t: linear(*traffic[o, s, t]))
    charged = [k for k, row in links.items() if row["fixed_charge_musd"]]
    b.link_opened = pyo.Var(charged, periods, domain=pyo.Binary, doc="link first used")
    _equations(b, d, links, modules, sources)


def _links(d: Case) -> tuple[dict[str, Row], dict[str, Row], dict[str, list[Arrival]]]:
    """The links, their modules by link.name, and the arrivals of these."""
    links: dict[str, Row] = {row["link"]: row for row in d.inputs.rows("links")}
    modules: dict[str, Row] = {f"{r['link']}.{r['module']}": r for r in d.inputs.rows("link_modules")}
    return links, modules, {q: d.module_arrivals(r) if r["max_modules"] else [] for q, r in modules.items()}


def _capacity(b: Any, modules: dict[str, Row], row: Row, link: str, t: int) -> tuple[list[Term], float]:
    terms = [
        (module["tbps"], b.link_build[q, v])
        for q, module in modules.items()
        if module["link"] == link
        for v in range(t + 1)
        if (q, v) in b.BUILD
    ]
    return terms, row["existing_tbps"]


def traffic_rows(d: Case) -> dict[tuple[str, str, int], float]:
    """(source, destination, period): Tb/s from the table, the mean over the period's months."""
    steps: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for row in d.inputs.rows("traffic"):
        steps[row["from_site"], row["to_site"]].append((d.calendar.month(row["from"]), row["tbps"]))
    rows = {}
    for (o, s), dated in steps.items():
        dated.sort()
        for t, period in enumerate(d.calendar.periods):
            by_month = [
                next((tbps for date, tbps in reversed(dated) if date <= month), 0.0)
                for month in range(period.start, period.end)
            ]
            if any(by_month):
                rows[o, s, t] = sum(by_month) / period.months
    return rows


def traffic_terms(m: Workspace, d: Case) -> dict[tuple[str, str, int], tuple[list[Term], float]]:
    """(source, destination, period): what is asked for - terms of streams and runs, and the table's amount."""
    found: dict[tuple[str, str, int], tuple[list[Term], float]] = {
        key: ([], tbps) for key, tbps in traffic_rows(d).items()
    }
    for key, terms in [*m.need("stream_traffic").items(), *m.need("run_traffic").items()]:
        found.setdefault(key, ([], 0.0))[0].extend(terms)
    return found


def _most(row: Row, link: str, modules: dict[str, Row]) -> float:
    """Tb/s the link can ever carry, over both directions."""
    most = row["existing_tbps"] + sum(r["tbps"] * r["max_modules"] for r in modules.values() if r["link"] == link)
    return float(most * (2 if row["capacity"] == "directed" else 1))


def _equations(b: Any, d: Case, links: dict[str, Row], modules: dict[str, Row], sources: list[tuple[str, int]]) -> None:
    into: dict[str, list[tuple[str, str]]] = defaultdict(list)
    out_of: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for k, row in links.items():
        for way, tail, head in (("ab", row["site_a"], row["site_b"]), ("ba", row["site_b"], row["site_a"])):
            out_of[tail].append((k, way))
            into[head].append((k, way))
    by_period: dict[int, list[str]] = defaultdict(list)
    for o, t in sources:
        by_period[t].append(o)

    def traffic_is_routed(b: Any, o: str, s: str, t: int) -> Any:
        arrives = [(1.0, b.flow[k, way, o, t]) for k, way in into[s]]
        leaves = [(-1.0, b.flow[k, way, o, t]) for k, way in out_of[s]]
        return linear([*arrives, *leaves]) - or_zero(b.traffic, (o, s, t)) == 0

    def both_ways(b: Any, k: str, t: int) -> Any:
        return linear([(1.0, b.flow[k, way, o, t]) for way in DIRECTIONS for o in by_period[t]])

    def flow_fits_link(b: Any, k: str, way: str, t: int) -> Any:
        flow = both_ways(b, k, t) if way == "both" else linear([(1.0, b.flow[k, way, o, t]) for o in by_period[t]])
        return flow <= b.link_tbps[k, t]

    ways = {k: DIRECTIONS if row["capacity"] == "directed" else ("both",) for k, row in links.items()}
    b.traffic_is_routed = pyo.Constraint(
        [(o, s, t) for o, t in sources for s in d.sites if s != o], rule=traffic_is_routed, doc="(L1)"
    )
    b.flow_fits_link = pyo.Constraint(
        [(k, way, t) for k in links for way in ways[k] for t in by_period], rule=flow_fits_link, doc="(L2)"
    )
    # modules never go away, so the last arrival's row covers the earlier ones
    b.modules_fit_link = pyo.Constraint(
        list(dict(list(b.BUILD)).items()),
        rule=lambda b, q, t: (
            linear([(1.0, b.link_build[q, v]) for v in range(t + 1) if (q, v) in b.BUILD]) <= modules[q]["max_modules"]
        ),
        doc="(L3)",
    )
    charged = [k for k, row in links.items() if row["fixed_charge_musd"]]
    b.link_opens_before_flow = pyo.Constraint(
        [(k, t) for k in charged for t in by_period],
        rule=lambda b, k, t: (
            both_ways(b, k, t)
            <= _most(links[k], k, modules) * linear([(1.0, b.link_opened[k, v]) for v in range(t + 1)])
        ),
        doc="(L4)",
    )
    b.link_opens_once = pyo.Constraint(
        charged,
        rule=lambda b, k: linear([(1.0, b.link_opened[k, t]) for t in range(len(d.calendar.periods))]) <= 1,
        doc="(L5)",
    )


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what modules, opened links and traffic cost."""
    if not d.inputs.has("links"):
        return
    links, modules, arrivals = _links(d)
    monthly = {row["item"]: row["usd_per_year"] / USD_PER_MUSD / MONTHS_PER_YEAR for row in d.inputs.rows("opex")}
    for q, row in modules.items():
        site = links[row["link"]]["site_a"]
        for a in arrivals[q]:
            price = d.prices.at(row["module"], row["link"], row["price_musd"], a.order)
            payments = d.cash.payments(row["module"], row["link"], a.order, a.delivery)
            charge(m, d, Asset("network", site, price, a), payments, b.link_build[q, a.period])
            for period in d.calendar.periods[a.period :]:
                rate = monthly.get(q, monthly.get(row["module"], 0.0)) * period.months
                m.ledger.add(Line("opex", "running", site, period.start), rate, b.link_build[q, a.period])
    for k, t in b.link_opened:
        line = Line("capex", "network", links[k]["site_a"], d.calendar.periods[t].start)
        m.ledger.add(line, links[k]["fixed_charge_musd"], b.link_opened[k, t])
    for k, way, o, t in b.FLOW:
        period = d.calendar.periods[t]
        rate = links[k]["flow_cost_musd_per_tbps"] * period.months / MONTHS_PER_YEAR
        m.ledger.add(Line("opex", "traffic", links[k]["site_a"], period.start), rate, b.flow[k, way, o, t])


ROOM = Room(
    name="links",
    build=build,
    account=account,
    needs=("stream_traffic", "run_traffic"),
    money=(("capex", "network"), ("opex", "traffic"), ("opex", "running"), ("terminal", "network")),
    inputs=(LINKS, LINK_MODULES, TRAFFIC),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"link_build": "module", "link_opened": "tier"},
)
