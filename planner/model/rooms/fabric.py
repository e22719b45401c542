"""Fabric: the networks inside a site that join accelerators into gangs.

Sets: site s, fabric f (a tier of the site: it joins up to max_gang[f] accelerators in one instance) of a
family F; period t, slot h; candidate c with gang n_c; v the period at whose start endpoints arrive.

Decisions
    endpoint_order[f,v]   blocks of endpoints arriving at the start of v              [blocks]
    instance_order[f,v]   instances arriving at the start of v                        [instances]

endpoints[f,t] = existing + block_endpoints * blocks arrived; instances[f,t] likewise.

    (N1) n = 0: sum over g of F of online[g,s,t] <= endpoints of all fabrics of F;
         every tier size n: sum of n_c over the gangs larger than n present in h <= endpoints of the
         fabrics of F with max_gang > n                                               [endpoints]
    (N2) k = 2, 3: number of gangs larger than max_gang[f]/k present in h <= (k-1) * instances[f] + what
         the other tiers o of F hold, each floor(max_gang[o] / (floor(max_gang[f]/k) + 1)) an instance  [gangs]
    (N3) endpoints[f,t] <= max_gang[f] * instances[f,t]                               [endpoints]
    (N4) instances[f,t] <= max_instances[f]                                           [instances]

Necessary, not sufficient: the independent check packs the gangs and says if it cannot. A scenario without
the table `fabrics` has no such limits; rented capacity is exempt.
Money: endpoints and instances at their price at the order date by cash profile (capex `network`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.core.rules import needed_when, not_above
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.slots import Present, taken, without_repeats
from planner.model.workspace import Term, Workspace, index_set, linear

FABRICS = Table(
    "fabrics",
    "Networks inside a site, by tier.",
    ("site", "fabric"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("fabric", "id", "name of the tier"),
        Column("catalogue", "id", "row of data/fabrics.csv whose cells fill the empty ones", default=None),
        Column("family", "id", "accelerators of this family can join", "", "any"),
        Column(
            "max_gang",
            "integer",
            "accelerators one instance can join: the largest gang the tier carries",
            "accelerators",
            None,
            low=1,
            catalogue=True,
        ),
        Column(
            "block_endpoints", "integer", "endpoints in one ordered block; 0: cannot be extended", "endpoints", 0, low=0
        ),
        Column("existing_endpoints", "integer", "endpoints from the start", "endpoints", 0, low=0),
        Column(
            "existing_instances",
            "integer",
            "instances from the start; empty: as few as hold the existing endpoints",
            "instances",
            None,
            low=0,
        ),
        Column(
            "max_instances", "integer", "most instances, existing included; empty: no limit", "instances", None, low=0
        ),
        Column("instance_price_musd", "number", "price of an instance besides its endpoints", "M$", 0.0, low=0),
        Column("available_from", "date", "earliest arrival of new endpoints; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to service; needed if extendable", "months", None, low=0),
        Column("price_usd_per_endpoint", "number", "price; needed if extendable", "USD", None, low=0, catalogue=True),
    ),
    rules=(
        needed_when("max_gang", "fabric"),
        needed_when("lead_time_months", "block_endpoints"),
        needed_when("price_usd_per_endpoint", "block_endpoints"),
        not_above("existing_instances", "max_instances"),
    ),
    catalogue="fabrics",
)
EQUATIONS = (
    Equation(
        "N1",
        "gangs_fit_endpoints",
        "gangs and accelerators fit the endpoints of tiers that can carry them",
        "endpoints",
        ("site", "family", "gang", "slot"),
        Limit("endpoints at", 0.01),
    ),
    Equation(
        "N2",
        "large_gangs_fit_instances",
        "gangs that cannot share an instance fit the instances",
        "gangs",
        ("fabric", "share", "slot"),
    ),
    Equation(
        "N3",
        "endpoints_fit_instances",
        "endpoints stand in instances",
        "endpoints",
        ("fabric", "period"),
        Limit("instances of fabric", 0.01),
    ),
    Equation(
        "N4",
        "instances_fit_site",
        "instances fit the site",
        "instances",
        ("fabric", "period"),
        Limit("instances of fabric", 10),
    ),
)
OUTPUTS = (
    Output(
        "endpoint_order", "endpoint_order", ("fabric", "period"), "blocks", "blocks of endpoints, by period of arrival"
    ),
    Output("instance_order", "instance_order", ("fabric", "period"), "instances", "instances, by period of arrival"),
    Output("endpoints", "endpoints", ("fabric", "period"), "endpoints", "endpoints in service"),
    Output("instances", "instances", ("fabric", "period"), "instances", "instances in service"),
)

Group = tuple[str, str]  # a site's fabrics of one family
SHARES = (2, 3)  # N2: how many gangs could share an instance


def _fabrics(d: Case) -> tuple[dict[str, Row], dict[str, list[Arrival]]]:
    """The fabrics by site.name, with the arrivals of what is ordered."""
    fabrics: dict[str, Row] = {f"{r['site']}.{r['fabric']}": r for r in d.inputs.rows("fabrics")}
    return fabrics, {f: d.module_arrivals(r) if r["block_endpoints"] else [] for f, r in fabrics.items()}


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the fabric block: endpoints and instances that can be ordered, and the gangs they must carry."""
    if not d.inputs.has("fabrics"):
        return
    fabrics, at = _fabrics(d)
    b.ORDER = index_set([(f, a.period) for f, found in at.items() for a in found], 2)
    b.endpoint_order = pyo.Var(b.ORDER, domain=pyo.NonNegativeIntegers, doc="blocks")
    b.instance_order = pyo.Var(b.ORDER, domain=pyo.NonNegativeIntegers, doc="instances")
    periods = range(len(d.calendar.periods))
    _in_service(b, fabrics, at, periods)
    groups: dict[Group, list[str]] = defaultdict(list)
    for f, row in fabrics.items():
        groups[row["site"], row["family"]].append(f)
    _gangs(m, b, d, fabrics, groups)
    orderable = [(f, t) for f in fabrics for t in periods if any(a.period <= t for a in at[f])]
    b.endpoints_fit_instances = pyo.Constraint(
        orderable, rule=lambda b, f, t: b.endpoints[f, t] <= fabrics[f]["max_gang"] * b.instances[f, t], doc="(N3)"
    )
    last = {f: t for f, t in b.ORDER if fabrics[f]["max_instances"] is not None}
    b.instances_fit_site = pyo.Constraint(
        list(last.items()), rule=lambda b, f, t: b.instances[f, t] <= fabrics[f]["max_instances"], doc="(N4)"
    )


def existing_instances(row: Row) -> int:
    """Instances that stand from the start: as stated, or as few as hold the existing endpoints."""
    if row["existing_instances"] is not None:
        return int(row["existing_instances"])
    return math.ceil(row["existing_endpoints"] / row["max_gang"])


def _in_service(b: Any, fabrics: dict[str, Row], at: dict[str, list[Arrival]], periods: range) -> None:
    """Endpoints and instances by period: what stands, and what has arrived."""
    block = {f: row["block_endpoints"] for f, row in fabrics.items()}
    stand = {f: (row["existing_endpoints"], existing_instances(row)) for f, row in fabrics.items()}

    def arrived(order: Any, f: str, t: int, each: float, stood: int) -> Any:
        return linear([(each, order[f, a.period]) for a in at[f] if a.period <= t], stood)

    b.endpoints = pyo.Expression(
        fabrics, periods, rule=lambda b, f, t: arrived(b.endpoint_order, f, t, block[f], stand[f][0])
    )
    b.instances = pyo.Expression(
        fabrics, periods, rule=lambda b, f, t: arrived(b.instance_order, f, t, 1.0, stand[f][1])
    )


def _gangs(m: Workspace, b: Any, d: Case, fabrics: dict[str, Row], groups: dict[Group, list[str]]) -> None:
    """N1 and N2: all that is online in each period, under its first slot, and the gangs present in each slot."""
    starts = list(m.need("start").values())
    slots, sites, types = d.calendar.slots, d.sites, d.accelerators
    first_slot = {slot.period: h for h, slot in reversed([*enumerate(slots)])}
    family_of = {g: row["fabric_family"] for g, row in types.items()}
    most_of = {f: row["max_gang"] for f, row in fabrics.items()}
    online: dict[tuple[str, str, int, int], list[Term]] = defaultdict(list)
    for (g, s, t), terms in m.need("online").items():
        if s in sites:
            online[s, family_of[g], 0, first_slot[t]] += terms
    gangs: dict[tuple[str, str, int, int], list[Present]] = defaultdict(list)
    counts: dict[tuple[str, int, int], list[Present]] = defaultdict(list)
    for (g, s, h), present in m.need("gangs").items():
        tiers = groups.get((s, family_of[g]), [])
        for most in sorted({most_of[f] for f in tiers}):
            gangs[s, family_of[g], most, h].append(present.where(present.amounts > most))
        for f in tiers:
            for k in SHARES:
                large = present.where(present.amounts * k > most_of[f])
                counts[f, k, h].append(Present(np.ones_like(large.amounts), large.candidates))
    joined = {key: Present.together(several) for key, several in gangs.items()}
    counted = {key: Present.together(several) for key, several in counts.items()}
    able = {group: sorted(found, key=lambda f: most_of[f]) for group, found in groups.items()}

    def gangs_fit_endpoints(b: Any, s: str, family: str, n: int, h: int) -> Any:
        t = slots[h].period
        terms = linear(online[s, family, 0, h]) if n == 0 else taken(joined[s, family, n, h], starts)
        large = [f for f in able.get((s, family), []) if most_of[f] > n]
        return terms <= sum((b.endpoints[f, t] for f in large), start=linear([]))

    def large_gangs_fit_instances(b: Any, f: str, k: int, h: int) -> Any:
        t = slots[h].period
        least = most_of[f] // k + 1
        others = [o for o in groups[fabrics[f]["site"], fabrics[f]["family"]] if o != f]
        held = sum(most_of[o] // least * b.instances[o, t] for o in others)
        return taken(counted[f, k, h], starts) <= (k - 1) * b.instances[f, t] + held

    b.gangs_fit_endpoints = pyo.Constraint(
        [*online, *without_repeats(joined, d.calendar)], rule=gangs_fit_endpoints, doc="(N1)"
    )
    several = {key: present for key, present in counted.items() if len(present) > 1}
    b.large_gangs_fit_instances = pyo.Constraint(
        without_repeats(several, d.calendar), rule=large_gangs_fit_instances, doc="(N2)"
    )


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what endpoints and instances cost and are worth in the end."""
    fabrics, at = _fabrics(d)
    for f, row in fabrics.items():
        site, name = row["site"], row["fabric"]
        for a in at[f]:
            each = d.prices.at(name, site, row["price_usd_per_endpoint"], a.order) / USD_PER_MUSD
            payments = d.cash.payments(name, site, a.order, a.delivery)
            block = Asset("network", site, row["block_endpoints"] * each, a)
            charge(m, d, block, payments, b.endpoint_order[f, a.period])
            instance = Asset("network", site, row["instance_price_musd"], a)
            charge(m, d, instance, payments, b.instance_order[f, a.period])


ROOM = Room(
    name="fabric",
    build=build,
    account=account,
    needs=("online", "gangs"),
    money=(("capex", "network"), ("terminal", "network")),
    inputs=(FABRICS,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"endpoint_order": "module", "instance_order": "tier"},
)
