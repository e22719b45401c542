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
         the larger tiers hold, each floor(max_gang / smallest such gang) per instance [gangs]
    (N3) endpoints[f,t] <= max_gang[f] * instances[f,t]                               [endpoints]
    (N4) instances[f,t] <= max_instances[f]                                           [instances]

Necessary, not sufficient: the independent check packs the gangs and says if it cannot. A scenario without
the table `fabrics` has no such limits; rented capacity is exempt.
Money: endpoints and instances at their price at the order date by cash profile (capex `network`).
"""

from __future__ import annotations

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.rules import needed_when, not_above

FABRICS = Table(
    "fabrics",
    "Networks inside a site, by tier.",
    ("site", "fabric"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("fabric", "id", "name of the tier"),
        Column("catalogue", "id", "row of data/fabrics.csv whose cells fill the empty ones", default=None),
        Column("family", "id", "accelerators of this family can join", "", "any"),
        Column("max_gang", "integer", "accelerators one instance can join: the largest gang the tier carries", "accelerators", None, low=1, catalogue=True),
        Column("block_endpoints", "integer", "endpoints in one ordered block; 0: cannot be extended", "endpoints", 0, low=0),
        Column("existing_endpoints", "integer", "endpoints from the start", "endpoints", 0, low=0),
        Column("existing_instances", "integer", "instances from the start; empty: as few as hold the existing endpoints", "instances", None, low=0),
        Column("max_instances", "integer", "most instances, existing included; empty: no limit", "instances", None, low=0),
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
    Equation("N1", "gangs_fit_endpoints", "gangs and accelerators fit the endpoints of tiers that can carry them", "endpoints"),
    Equation("N2", "large_gangs_fit_instances", "gangs that cannot share an instance fit the instances", "gangs"),
    Equation("N3", "endpoints_fit_instances", "endpoints stand in instances", "endpoints"),
    Equation("N4", "instances_fit_site", "instances fit the site", "instances"),
)
OUTPUTS = (
    Output("endpoint_order", "endpoint_order", ("fabric", "period"), "blocks", "blocks of endpoints, by period of arrival"),
    Output("instance_order", "instance_order", ("fabric", "period"), "instances", "instances, by period of arrival"),
    Output("endpoints", "endpoints", ("fabric", "period"), "endpoints", "endpoints in service"),
    Output("instances", "instances", ("fabric", "period"), "instances", "instances in service"),
)
