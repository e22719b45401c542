"""Fleet: which accelerators arrive where and when, what is in service, what is rented.

Sets: accelerator g, site s, period t; v the period at whose start an order arrives; contract c (its
capacity stands at a place of its own), u the period at whose start it is signed.

Decisions
    order[g,s,v]     lots arriving at the start of v                                  [lots]
    online[g,s,t]    accelerators powered at an own site                              [accelerators]
    signed[c,u]      lots of a lease signed at the start of u                         [lots]
    signing[c,u]     whether any are signed, where a signature has a least size       [0/1]
    rented[c,u,t]    accelerators of a signature in use                               [accelerators]
    excess_supply[g,v]  deliveries beyond the supply limit, where that is priced      [accelerators]

in_service[g,s,t] = existing and committed units in service + sum of lot_size * order[g,s,v] over the v for
which at least half of t lies in [start(v), start(v) + life).  An order arriving at v was placed at
start(v) - lead - bring_up, which must not lie before the horizon; that date sets its price.

    (F1) online[g,s,t] <= in_service[g,s,t]                                           [accelerators]
    (F2) deliveries of g in v (or ordered in v) over all sites <= supply[g,v] + excess_supply[g,v]
                                                                                      [accelerators]
    (F3) online[g,s,t] >= in_service[g,s,t]       if power.basis is `installed`       [accelerators]
    (F4) sum over u active in t of (committed + signed[c,u]) <= max_lots[c]           [lots]
    (F5) rented[c,u,t] <= ramp[c,u,t] * lot_size[c] * (committed[c,u] + signed[c,u])  [accelerators]
    (F6) signed[c,u] >= min_lots[c] * signing[c,u]                                    [lots]
    (F7) signed[c,u] <= max_lots[c] * signing[c,u]                                    [lots]

Money: accelerators at their price at the order date by cash profile (capex `compute`), running cost per
accelerator in service (opex `running`), rent (opex `lease`): the take-or-pay share of what is there
and the rest of what is used; months of the term beyond the horizon are charged their take-or-pay share at
their own dates. Deliveries beyond a priced supply limit (penalty `supply`).
"""

from __future__ import annotations

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.rules import ids_apart, needed_when, not_above, not_later

ACCELERATORS = Table(
    "accelerators",
    "The types that may be used, ordered or rented.",
    ("accelerator",),
    (
        Column("accelerator", "id", "name of the type in this scenario"),
        Column("catalogue", "id", "row of data/accelerators.csv (id or alias) whose cells fill the empty ones", default=None),
        Column("bf16_dense_tflops", "number", "dense peak at BF16 (FP16 where there is no BF16)", "TFLOP/s", None, low=0, low_open=True, catalogue=True),
        Column("fp8_dense_tflops", "number", "dense peak at FP8", "TFLOP/s", None, low=0, low_open=True, catalogue=True),
        Column("fp4_dense_tflops", "number", "dense peak at FP4", "TFLOP/s", None, low=0, low_open=True, catalogue=True),
        Column("memory_gb", "number", "memory of one accelerator", "GB", None, low=0, low_open=True, catalogue=True),
        Column("provisioned_kw", "number", "IT power provisioned for one accelerator with its share of the server", "kW", None, low=0, catalogue=True),
        Column("cooling", "choice", "the cooling it needs", "", None, choices=("air", "liquid", "either"), catalogue=True),
        Column("lot_size", "integer", "accelerators in one lot", "accelerators", None, low=1, catalogue=True),
        Column("gang_step", "integer", "a gang is rounded up to multiples of this; empty: the lot", "accelerators", None, low=1),
        Column("orderable", "flag", "whether the plan may order it", "", True),
        Column("orderable_from", "date", "earliest order date; empty: no limit", "", None),
        Column("orderable_until", "date", "latest order date; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to delivery; needed if orderable", "months", None, low=0),
        Column("bring_up_months", "integer", "delivery to service", "months", 0, low=0),
        Column("life_months", "integer", "time in service; needed if orderable", "months", None, low=1),
        Column("price_usd", "number", "price of one accelerator with its share of the server; needed if orderable", "USD", None, low=0, catalogue=True),
        Column("availability", "number", "healthy share of online accelerators", "", 1.0, low=0, high=1, low_open=True),
        Column("fabric_family", "id", "the fabrics it can be joined by (same family)", "", "any"),
    ),
    rules=(
        needed_when("price_usd", "orderable"),
        needed_when("lead_time_months", "orderable"),
        needed_when("life_months", "orderable"),
        not_later("orderable_from", "orderable_until"),
    ),
    catalogue="accelerators",
)
FLEET = Table(
    "fleet",
    "Accelerators that stand already or are on order.",
    ("site", "accelerator", "status", "in_service_from"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("count", "integer", "how many", "accelerators", low=1),
        Column("status", "choice", "`existing`, or `committed`: ordered and not cancellable, counted against supply", choices=("existing", "committed")),
        Column("in_service_from", "date", "start of service"),
        Column("retires", "date", "end of service; empty: stays", "", None),
        Column("due_musd", "number", "cash still to pay", "M$", 0.0, low=0),
        Column("due_date", "date", "when it is paid; needed if cash is due", "", None),
    ),
    rules=(not_later("in_service_from", "retires"), needed_when("due_date", "due_musd")),
)
SUPPLY = Table(
    "supply",
    "How many accelerators of a type can be had; nothing before a type's first date, no limit for types not listed.",
    ("accelerator", "from"),
    (
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("from", "date", "the rate holds from here to the type's next date"),
        Column("per_month", "number", "accelerators a month", "accelerators/month", low=0),
        Column("basis", "choice", "whether arrivals (start of service) or order dates are limited", "", "arrival", choices=("arrival", "order")),
    ),
)
LEASES = Table(
    "leases",
    "Capacity rented at a provider's site: exempt from own power, fabric and supply.",
    ("lease",),
    (
        Column("lease", "id", "name of the contract, and of the place where its capacity stands"),
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("lot_size", "integer", "accelerators in one lot", "accelerators", low=1),
        Column("min_lots", "integer", "fewest lots of one signature", "lots", 0, low=0),
        Column("max_lots", "integer", "most lots rented at a time", "lots", low=0),
        Column("committed_lots", "integer", "lots signed already, from the date in `from`", "lots", 0, low=0),
        Column("from", "date", "earliest signature, and the start of what is committed"),
        Column("until", "date", "latest signature; empty: no limit", "", None),
        Column("term_months", "integer", "length of the contract, rounded up to whole periods and paid so", "months", low=1),
        Column("usd_per_accelerator_month", "number", "rent at the signature's date", "USD/accelerator/month", low=0),
        Column("take_or_pay_share", "number", "share of the rent due whether used or not", "", 1.0, low=0, high=1),
        Column("ramp_months", "integer", "months over which the capacity is handed over in equal steps", "months", 0, low=0),
        Column("max_gang", "integer", "largest gang it can carry; empty: all that is rented", "accelerators", None, low=1),
    ),
    rules=(
        ids_apart("lease", (("sites", "site"),)),
        not_above("min_lots", "max_lots"),
        not_above("committed_lots", "max_lots"),
        not_later("from", "until"),
    ),
)
EQUATIONS = (
    Equation("F1", "online_is_in_service", "what is online is in service", "accelerators"),
    Equation("F2", "deliveries_fit_supply", "deliveries fit the supply", "accelerators"),
    Equation("F3", "all_in_service_is_online", "all that is in service is online", "accelerators"),
    Equation("F4", "lease_lots_fit_contract", "lots rented at a time fit the contract", "lots"),
    Equation("F5", "rented_fits_signature", "what is used of a signature is there", "accelerators"),
    Equation("F6", "signature_has_least_size", "a signature has its least size", "lots"),
    Equation("F7", "signature_only_if_signing", "lots only where a signature is made", "lots"),
)
OUTPUTS = (
    Output("order", "order", ("accelerator", "site", "period"), "lots", "lots ordered, by period of arrival"),
    Output("delivered", "delivered", ("accelerator", "site", "period"), "accelerators", "ordered and committed accelerators, by period of arrival"),
    Output("in_service", "in_service", ("accelerator", "site", "period"), "accelerators", "accelerators in service (rented: there by contract)"),
    Output("online", "online_units", ("accelerator", "site", "period"), "accelerators", "accelerators online (rented: in use)"),
    Output("lease_signed", "signed", ("lease", "period"), "lots", "lots of a lease, by period of signature"),
    Output("lease_signing", "signing", ("lease", "period"), "1", "whether a lease with a least size is signed"),
    Output("lease_rented", "rented", ("lease", "signature", "period"), "accelerators", "rented accelerators in use, by period of signature"),
    Output("supply_excess", "excess_supply", ("accelerator", "period"), "accelerators", "deliveries beyond a priced supply limit"),
)
