"""Leases: capacity rented at a provider's site, by signature, with terms, take-or-pay and hand-over in steps.

Sets: contract c (its capacity stands at a place of its own), period t; u the period at whose start it is signed.

Decisions
    signed[c,u]      lots signed at the start of u                                    [lots]
    signing[c,u]     whether any are signed, where a signature has a least size       [0/1]
    rented[c,u,t]    accelerators of a signature in use                               [accelerators]

A signature made at u is active in t (from u on) while start(t) < start(u) + term: the term is rounded up to
whole periods and paid so.  ramp[c,u,t] = min(1, (start(t) - start(u) + 1) / ramp_months).  What is committed
counts from the first period that starts no earlier than `from`; term and ramp of what was signed before the
horizon run from its own date. At the same date more may be signed.

    (F4) sum over u active in t of (committed + signed[c,u]) <= max_lots[c]           [lots]
    (F5) rented[c,u,t] <= ramp[c,u,t] * lot_size[c] * (committed[c,u] + signed[c,u])  [accelerators]
    (F6) signed[c,u] >= min_lots[c] * signing[c,u]                                    [lots]
    (F7) signed[c,u] <= max_lots[c] * signing[c,u]                                    [lots]

Money: rent at the price of the signature's date (opex `lease`): the take-or-pay share of what is handed over
and the rest of what is used; months of the term beyond the horizon are charged their take-or-pay share at
their own dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Table
from planner.core.rules import ids_apart, not_above, not_later
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Case
from planner.model.workspace import Line, Term, Workspace, index_set, linear

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
    Equation(
        "F4",
        "lease_lots_fit_contract",
        "lots rented at a time fit the contract",
        "lots",
        ("lease", "period"),
        Limit("size of lease", 1),
    ),
    Equation(
        "F5",
        "rented_fits_signature",
        "what is used of a signature is there",
        "accelerators",
        ("lease", "signature", "period"),
    ),
    Equation("F6", "signature_has_least_size", "a signature has its least size", "lots", ("lease", "signature")),
    Equation("F7", "signature_only_if_signing", "lots only where a signature is made", "lots", ("lease", "signature")),
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
    committed, free = committed_rows(d), signature_rows(d)
    b.SIGNED = index_set(free, 2)
    b.SIGNING = index_set([key for key in b.SIGNED if d.leases[key[0]]["min_lots"] >= 2], 2)
    b.signed = pyo.Var(b.SIGNED, domain=pyo.NonNegativeIntegers, doc="lots")
    b.signing = pyo.Var(b.SIGNING, domain=pyo.Binary, doc="whether a signature is made")
    lots = _active_lots(b, d, committed, free)
    b.RENTED = index_set(sorted(lots), 3)
    b.rented = pyo.Var(b.RENTED, domain=pyo.NonNegativeReals, doc="accelerators")
    active: dict[tuple[str, int], list[int]] = {}
    for c, u, t in b.RENTED:
        active.setdefault((c, t), []).append(u)
    _equations(b, d, active, lots)
    b.in_service = pyo.Expression(
        [(d.leases[c]["accelerator"], c, t) for c, t in active],
        rule=lambda b, g, c, t: sum(lots[c, u, t].handed_over(d.leases[c]["lot_size"]) for u in active[c, t]),
    )
    online: dict[tuple[str, str, int], list[Term]] = dict(m.need("own_online"))
    for c, u, t in b.RENTED:
        online.setdefault((d.leases[c]["accelerator"], c, t), []).append((1.0, b.rented[c, u, t]))
    b.online_units = pyo.Expression(
        [(d.leases[c]["accelerator"], c, t) for c, t in active], rule=lambda b, g, c, t: linear(online[g, c, t])
    )
    m.offer("online", online)


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write the rent, inside the horizon and behind it."""
    committed, free = committed_rows(d), signature_rows(d)
    _rent(m, b, d, _active_lots(b, d, committed, free))
    _rent_after_horizon(m, b, d, committed, free)


@dataclass(frozen=True, slots=True)
class Signature:
    """Lots that count from the start of a period, with the months in which their term began and ends."""

    start: int
    began: int
    end: int


def committed_rows(d: Case) -> dict[tuple[str, int], Signature]:
    """(lease, period) from which lots that are signed already count; their term began before the horizon or then."""
    rows = {}
    for c, row in d.leases.items():
        first = d.calendar.month(row["from"])
        at = next((t for t, p in enumerate(d.calendar.periods) if p.start >= max(0, first)), None)
        if row["committed_lots"] and at is not None:
            start = d.calendar.periods[at].start
            began = start + min(0, first)
            rows[c, at] = Signature(start, began, began + row["term_months"])
    return rows


def signature_rows(d: Case) -> dict[tuple[str, int], Signature]:
    """(lease, period) at whose start lots may be signed: inside the window, and not all of them taken already."""
    taken = {c: (s, d.leases[c]["committed_lots"]) for (c, _), s in committed_rows(d).items()}
    rows = {}
    for c, row in d.leases.items():
        first = d.calendar.month(row["from"])
        last = d.calendar.end if row["until"] is None else d.calendar.month(row["until"])
        for u, period in enumerate(d.calendar.periods):
            there, lots = taken.get(c, (None, 0))
            held = lots if there is not None and there.start <= period.start < there.end else 0
            if first <= period.start <= last and row["max_lots"] > held:
                rows[c, u] = Signature(period.start, period.start, period.start + row["term_months"])
    return rows


def rental_rows(d: Case, signatures: Mapping[tuple[str, int], Signature]) -> dict[tuple[str, int, int], float]:
    """(lease, signature, period) in which the signature is active, with the share handed over by then."""
    rows = {}
    for (c, u), signature in signatures.items():
        ramp = max(d.leases[c]["ramp_months"], 1)
        for t, period in enumerate(d.calendar.periods):
            if signature.start <= period.start < signature.end:
                rows[c, u, t] = min(1.0, (period.start - signature.began + 1) / ramp)
    return rows


@dataclass(frozen=True)
class Lots:
    """Active lots of one date: those committed, the variable of those signed, and the shares handed over."""

    committed: int = 0
    committed_share: float = 0.0
    signed: Any = None
    signed_share: float = 0.0

    @property
    def count(self) -> Any:
        """Lots that are active, however much of them is handed over."""
        return linear([] if self.signed is None else [(1, self.signed)], self.committed)

    def handed_over(self, lot_size: float) -> Any:
        """Accelerators that are there."""
        terms = [] if self.signed is None else [(self.signed_share * lot_size, self.signed)]
        return linear(terms, self.committed_share * lot_size * self.committed)


def _active_lots(
    b: Any, d: Case, committed: dict[tuple[str, int], Signature], free: dict[tuple[str, int], Signature]
) -> dict[tuple[str, int, int], Lots]:
    found = {
        (c, u, t): Lots(committed=d.leases[c]["committed_lots"], committed_share=share)
        for (c, u, t), share in rental_rows(d, committed).items()
    }
    for (c, u, t), share in rental_rows(d, free).items():
        found[c, u, t] = replace(found.get((c, u, t), Lots()), signed=b.signed[c, u], signed_share=share)
    return found


def _equations(
    b: Any, d: Case, active: dict[tuple[str, int], list[int]], lots: dict[tuple[str, int, int], Lots]
) -> None:
    most = {c: row["max_lots"] for c, row in d.leases.items()}
    size = {c: row["lot_size"] for c, row in d.leases.items()}
    rows = [(c, t) for (c, t), at in active.items() if any(lots[c, u, t].signed is not None for u in at)]
    b.lease_lots_fit_contract = pyo.Constraint(
        rows, rule=lambda b, c, t: sum(lots[c, u, t].count for u in active[c, t]) <= most[c], doc="(F4)"
    )
    b.rented_fits_signature = pyo.Constraint(
        b.RENTED, rule=lambda b, c, u, t: b.rented[c, u, t] <= lots[c, u, t].handed_over(size[c]), doc="(F5)"
    )
    b.signature_has_least_size = pyo.Constraint(
        b.SIGNING, rule=lambda b, c, u: b.signed[c, u] >= d.leases[c]["min_lots"] * b.signing[c, u], doc="(F6)"
    )
    b.signature_only_if_signing = pyo.Constraint(
        b.SIGNING, rule=lambda b, c, u: b.signed[c, u] <= most[c] * b.signing[c, u], doc="(F7)"
    )


def _price(d: Case, lease: str, u: int) -> float:
    """Rent of a signature made at the start of a period, M$ per accelerator and month."""
    base = d.leases[lease]["usd_per_accelerator_month"]
    return d.prices.at(lease, None, base, d.calendar.periods[u].start) / USD_PER_MUSD


def _rent(m: Workspace, b: Any, d: Case, lots: dict[tuple[str, int, int], Lots]) -> None:
    """Rent, period by period: the take-or-pay share of what is handed over, the rest of what is used."""
    for (c, u, t), there in lots.items():
        row, period = d.leases[c], d.calendar.periods[t]
        rate = _price(d, c, u) * period.months
        line = Line("opex", "lease", c, period.start)
        firm = rate * row["take_or_pay_share"] * row["lot_size"]
        m.ledger.add_constant(line, firm * there.committed_share * there.committed)
        if there.signed is not None:
            m.ledger.add(line, firm * there.signed_share, there.signed)
        m.ledger.add(line, rate * (1 - row["take_or_pay_share"]), b.rented[c, u, t])


def _rent_after_horizon(
    m: Workspace, b: Any, d: Case, committed: dict[tuple[str, int], Signature], free: dict[tuple[str, int], Signature]
) -> None:
    """The take-or-pay share of the months of a term beyond the horizon, each at its own date."""
    for (c, u), signature in [*committed.items(), *free.items()]:
        row = d.leases[c]
        rate = _price(d, c, u) * row["take_or_pay_share"] * row["lot_size"]
        for month in range(d.calendar.end, signature.end):
            line = Line("opex", "lease", c, month)
            if signature is free.get((c, u)):
                m.ledger.add(line, rate, b.signed[c, u])
            else:
                m.ledger.add_constant(line, rate * row["committed_lots"])


ROOM = Room(
    name="leases",
    build=build,
    account=account,
    needs=("own_online",),
    offers=("online",),
    money=(("opex", "lease"),),
    inputs=(LEASES,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"signed": "contract", "signing": "contract"},
)
