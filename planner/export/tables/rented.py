"""The table of leases: what was signed before the plan and what it signs, with the rent of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.core.units import USD_PER_MUSD
from planner.export.facts import Facts
from planner.export.facts.reading import Reading, whole
from planner.export.tables.table import Declared, Field, Row
from planner.model.rooms.leases import Signature, committed_rows, rental_rows, signature_rows

LEASE_FIELDS = (
    Field("lease", "id", "contract"),
    Field("status", "id", "`committed` before the plan, or `signed` by it"),
    Field("accelerator", "id", "type"),
    Field("signature_date", "date", "month of the signature (committed: from when it counts)"),
    Field("end_date", "date", "first month that is no longer paid"),
    Field("lots", "number", "lots"),
    Field("accelerators", "number", "accelerators when all is handed over", total=True),
    Field("usd_per_accelerator_month", "usd", "rent at the signature's date"),
    Field("take_or_pay_share", "share", "share of the rent due whether used or not"),
    Field("rent_musd", "musd", "rent inside the horizon", total=True),
    Field("rent_after_musd", "musd", "take-or-pay beyond the horizon", total=True),
    Field("in_tail", "flag", "signed behind the reported horizon"),
)


def _leases(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    signed = {(c, u): lots for (c, u), lots in r.entries("lease_signed")}
    # what is used of a date is counted to what was signed before, as far as that is handed over
    used = {(c, u, t): units for (c, u, t), units in r.entries("lease_rented")}
    for status, signatures in (("committed", committed_rows(r.case)), ("signed", signature_rows(r.case))):
        shares = rental_rows(r.case, signatures)
        for (c, u), signature in signatures.items():
            lots = r.case.leases[c]["committed_lots"] if status == "committed" else signed.get((c, u), 0.0)
            if lots:
                there = {t: share for (cc, uu, t), share in shares.items() if (cc, uu) == (c, u)}
                yield _lease(r, status, (c, u), signature, lots, there, used)


def _lease(
    r: Reading, status: str, key: tuple[str, int], signature: Signature, lots: float, shares: Mapping[int, float],
    used: dict[tuple[str, int, int], float],
) -> Row:  # fmt: skip
    """One signature: its rent for what is handed over and used; what it uses is taken out of `used`."""
    (c, u), lease = key, r.case.leases[key[0]]
    firm, units = lease["take_or_pay_share"], lots * lease["lot_size"]
    price = r.case.prices.at(c, None, lease["usd_per_accelerator_month"], signature.start)
    inside, end = 0.0, signature.end
    for t, share in shares.items():
        period, there = r.case.calendar.periods[t], share * units
        taken = used.get((c, u, t), 0.0)
        if status == "committed":
            taken = min(there, taken)
        used[c, u, t] = used.get((c, u, t), 0.0) - taken
        inside += price * period.months * (firm * there + (1 - firm) * taken) / USD_PER_MUSD
        end = max(end, period.end)
    behind: Any = max(0, signature.end - r.case.calendar.end)
    return {
        "lease": c, "status": status, "accelerator": lease["accelerator"], "signature_date": r.month(signature.start),
        "end_date": r.month(end), "lots": whole(lots), "accelerators": whole(units),
        "usd_per_accelerator_month": price, "take_or_pay_share": firm, "rent_musd": inside,
        "rent_after_musd": price * firm * units * behind / USD_PER_MUSD, "in_tail": r.in_tail(signature.start),
    }  # fmt: skip


LEASES = Declared("leases", "Leases", "Leases of accelerators", LEASE_FIELDS, _leases)
