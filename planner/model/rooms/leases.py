"""Leases: capacity rented at a provider's site, by signature, with terms, take-or-pay and hand-over in steps.

Sets: contract c (its capacity stands at a place of its own), period t; u the period at whose start it is signed.

Decisions
    signed[c,u]      lots signed at the start of u                                    [lots]
    signing[c,u]     whether any are signed, where a signature has a least size       [0/1]
    rented[c,u,t]    accelerators of a signature in use                               [accelerators]

A signature made at u is active in t (from u on) while start(t) < start(u) + term: the term is rounded up to
whole periods and paid so.  ramp[c,u,t] = min(1, (start(t) - start(u) + 1) / ramp_months).

    (F4) sum over u active in t of (committed + signed[c,u]) <= max_lots[c]           [lots]
    (F5) rented[c,u,t] <= ramp[c,u,t] * lot_size[c] * (committed[c,u] + signed[c,u])  [accelerators]
    (F6) signed[c,u] >= min_lots[c] * signing[c,u]                                    [lots]
    (F7) signed[c,u] <= max_lots[c] * signing[c,u]                                    [lots]

Money: rent at the price of the signature's date (opex `lease`): the take-or-pay share of what is handed over
and the rest of what is used; months of the term beyond the horizon are charged their take-or-pay share at
their own dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.rules import ids_apart, not_above, not_later
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Case
from planner.model.workspace import Line, Workspace, index_set, linear

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
        Column(
            "term_months", "integer", "length of the contract, rounded up to whole periods and paid so", "months", low=1
        ),
        Column("usd_per_accelerator_month", "number", "rent at the signature's date", "USD/accelerator/month", low=0),
        Column("take_or_pay_share", "number", "share of the rent due whether used or not", "", 1.0, low=0, high=1),
        Column(
            "ramp_months", "integer", "months over which the capacity is handed over in equal steps", "months", 0, low=0
        ),
        Column(
            "max_gang", "integer", "largest gang it can carry; empty: all that is rented", "accelerators", None, low=1
        ),
    ),
    rules=(
        ids_apart("lease", (("sites", "site"),)),
        not_above("min_lots", "max_lots"),
        not_above("committed_lots", "max_lots"),
        not_later("from", "until"),
    ),
)
EQUATIONS = (
    Equation("F4", "lease_lots_fit_contract", "lots rented at a time fit the contract", "lots"),
    Equation("F5", "rented_fits_signature", "what is used of a signature is there", "accelerators"),
    Equation("F6", "signature_has_least_size", "a signature has its least size", "lots"),
    Equation("F7", "signature_only_if_signing", "lots only where a signature is made", "lots"),
)
OUTPUTS = (
    Output("lease_signed", "signed", ("lease", "period"), "lots", "lots of a lease, by period of signature"),
    Output("lease_signing", "signing", ("lease", "period"), "1", "whether a lease with a least size is signed"),
    Output(
        "lease_rented",
        "rented",
        ("lease", "signature", "period"),
        "accelerators",
        "rented accelerators in use, by period of signature",
    ),
    Output(
        "in_service",
        "in_service",
        ("accelerator", "site", "period"),
        "accelerators",
        "accelerators in service (rented: handed over)",
    ),
    Output(
        "online",
        "online_units",
        ("accelerator", "site", "period"),
        "accelerators",
        "accelerators online (rented: in use)",
    ),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the leases' block, and add what is rented to what is online."""
    signatures, rentals = signature_rows(d), rental_rows(d)
    b.SIGNED = index_set([key for key, row in signatures.items() if row.free], 2)
    b.SIGNING = index_set([key for key in b.SIGNED if d.leases[key[0]]["min_lots"] >= 2], 2)
    b.RENTED = index_set(rentals, 3)
    b.signed = pyo.Var(b.SIGNED, domain=pyo.NonNegativeIntegers, doc="lots")
    b.signing = pyo.Var(b.SIGNING, domain=pyo.Binary, doc="whether a signature is made")
    b.rented = pyo.Var(b.RENTED, domain=pyo.NonNegativeReals, doc="accelerators")

    def lots(c: str, u: int, factor: float) -> Any:
        terms = [(factor, b.signed[c, u])] if (c, u) in b.signed else []
        return linear(terms, factor * signatures[c, u].committed)

    handed_over = {key: (share * d.leases[key[0]]["lot_size"]) for key, share in rentals.items()}
    active: dict[tuple[str, int], list[int]] = {}
    for c, u, t in rentals:
        active.setdefault((c, t), []).append(u)
    _equations(b, d, active, lots, handed_over)
    b.in_service = pyo.Expression(
        [(d.leases[c]["accelerator"], c, t) for c, t in active],
        rule=lambda b, g, c, t: sum(lots(c, u, handed_over[c, u, t]) for u in active[c, t]),
    )
    online = m.need("online")
    for c, u, t in rentals:
        online.setdefault((d.leases[c]["accelerator"], c, t), []).append((1.0, b.rented[c, u, t]))
    b.online_units = pyo.Expression(
        [(d.leases[c]["accelerator"], c, t) for c, t in active], rule=lambda b, g, c, t: linear(online[g, c, t])
    )
    _rent(m, b, d, signatures, handed_over)


def _equations(b: Any, d: Case, active: dict[tuple[str, int], list[int]], lots: Any, handed_over: Any) -> None:
    most = {c: row["max_lots"] for c, row in d.leases.items()}
    rows = [(c, t) for (c, t), signed_at in active.items() if any((c, u) in b.signed for u in signed_at)]
    b.lease_lots_fit_contract = pyo.Constraint(
        rows, rule=lambda b, c, t: sum(lots(c, u, 1) for u in active[c, t]) <= most[c], doc="(F4)"
    )
    b.rented_fits_signature = pyo.Constraint(
        b.RENTED, rule=lambda b, c, u, t: b.rented[c, u, t] <= lots(c, u, handed_over[c, u, t]), doc="(F5)"
    )
    b.signature_has_least_size = pyo.Constraint(
        b.SIGNING, rule=lambda b, c, u: b.signed[c, u] >= d.leases[c]["min_lots"] * b.signing[c, u], doc="(F6)"
    )
    b.signature_only_if_signing = pyo.Constraint(
        b.SIGNING, rule=lambda b, c, u: b.signed[c, u] <= most[c] * b.signing[c, u], doc="(F7)"
    )


@dataclass(frozen=True, slots=True)
class Signature:
    """A lease signed at the start of a period: its term, and the lots that are signed already."""

    start: int
    end: int
    committed: int
    free: bool


def signature_rows(d: Case) -> dict[tuple[str, int], Signature]:
    """(lease, period) in which lots are, or may be, signed."""
    rows = {}
    for c, row in d.leases.items():
        first = d.calendar.month(row["from"])
        last = d.calendar.end if row["until"] is None else d.calendar.month(row["until"])
        committed_at = None
        if row["committed_lots"]:
            committed_at = next((t for t, p in enumerate(d.calendar.periods) if p.start >= max(0, first)), None)
        for u, period in enumerate(d.calendar.periods):
            free = first <= period.start <= last and row["max_lots"] > row["committed_lots"]
            if u == committed_at:
                served = max(0, -first)
                end = period.start + row["term_months"] - served
                rows[c, u] = Signature(period.start, end, row["committed_lots"], free=False)
            elif free:
                rows[c, u] = Signature(period.start, period.start + row["term_months"], 0, free=True)
    return rows


def rental_rows(d: Case) -> dict[tuple[str, int, int], float]:
    """(lease, signature, period) in which the signature is active, with the share handed over by then."""
    rows = {}
    for (c, u), signature in signature_rows(d).items():
        ramp = max(d.leases[c]["ramp_months"], 1)
        for t, period in enumerate(d.calendar.periods):
            if signature.start <= period.start < signature.end:
                rows[c, u, t] = min(1.0, (period.start - signature.start + 1) / ramp)
    return rows


def _rent(
    m: Workspace,
    b: Any,
    d: Case,
    signatures: dict[tuple[str, int], Signature],
    handed_over: dict[tuple[str, int, int], float],
) -> None:
    """Rent of every signature, period by period, and of the months of its term beyond the horizon."""
    price = {
        (c, u): d.prices.at(c, None, d.leases[c]["usd_per_accelerator_month"], row.start) / USD_PER_MUSD
        for (c, u), row in signatures.items()
    }

    def charge_lots(line: Line, c: str, u: int, rate: float) -> None:
        m.ledger.add_constant(line, rate * signatures[c, u].committed)
        if (c, u) in b.signed:
            m.ledger.add(line, rate, b.signed[c, u])

    for (c, u, t), units in handed_over.items():
        firm = d.leases[c]["take_or_pay_share"]
        period = d.calendar.periods[t]
        rate = price[c, u] * period.months
        line = Line("opex", "lease", c, period.start)
        charge_lots(line, c, u, rate * firm * units)
        m.ledger.add(line, rate * (1 - firm), b.rented[c, u, t])
    for (c, u), row in signatures.items():
        for month in range(d.calendar.end, row.end):
            rate = price[c, u] * d.leases[c]["take_or_pay_share"] * d.leases[c]["lot_size"]
            charge_lots(Line("opex", "lease", c, month), c, u, rate)


ROOM = Room(
    name="leases",
    build=build,
    needs=("online",),
    money=(("opex", "lease"),),
    inputs=(LEASES,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"signed": "contract", "signing": "contract"},
)
