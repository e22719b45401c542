"""The part of a random scenario that may be used: calendar, accelerators, sites, halls, power, fabrics, leases.

See `generators`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.picks import Pick

Document = dict[str, Any]
Row = dict[str, Any]


def month_of(date: str) -> int:
    """Months since year 0 of a date written YYYY-MM."""
    return int(date[:4]) * 12 + int(date[5:]) - 1


def date_of(month: int) -> str:
    """The date, YYYY-MM, of a month since year 0."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@dataclass(frozen=True)
class Shape:
    """How large a scenario may become, and which of its features are left out.

    `demanding`: runs that must run and floors that must be served, so that there may be no plan at all.
    `plain_assets`: lives reach beyond the horizon and the price of a lease does not change.
    `wide`: with the tables of `generated_wide`.
    """

    periods: tuple[int, int] = (2, 3)
    types: int = 2
    sites: int = 2
    runs: tuple[int, int] = (1, 2)
    start_slots: int = 3
    most_lots: int = 2
    tails: tuple[int | None, ...] = (0, 0, 12, 5)
    demanding: bool = False
    plain_assets: bool = False
    wide: bool = False


class Capacity:
    """Makes the tables one after another; later ones look at the earlier ones."""

    def __init__(self, pick: Pick, shape: Shape) -> None:
        self.pick, self.shape = pick, shape
        self.tables: dict[str, list[Row]] = {}
        self.calendar = self._calendar()
        self.first = month_of(self.calendar["start"])
        tail = self.calendar["tail_months"]
        self.end = sum(self.calendar["periods"]) + (24 if tail is None else tail)  # no lead here is longer
        self.slot = self.calendar["slot_months"]

    def make_capacity(self) -> None:
        """All tables of what may be used."""
        for make in (self._accelerators, self._sites, self._houses, self._fabrics, self._fleet, self._leases):
            make()

    def date(self, month: int) -> str:
        """The date of a month counted from the horizon's start."""
        return date_of(self.first + month)

    def put(self, table: str, **row: Any) -> None:
        """Add a row to a table."""
        self.tables.setdefault(table, []).append(row)

    def _calendar(self) -> Row:
        pick = self.pick
        slot, fiscal = pick.among((3, 2, 1)), pick.among((1, 7))
        start = pick.among(("2026-01", "2026-07"))
        at, lengths = month_of(start), []
        for _ in range(pick.integer(*self.shape.periods)):
            left = (fiscal - 1 - at) % 12 or 12
            lengths.append(pick.among([n for n in (6, 12, 6, 12, 3, 4) if n % slot == 0 and n <= left] or [left]))
            at += lengths[-1]
        return {
            "start": start,
            "periods": lengths,
            "slot_months": slot,
            "dense_start_months": pick.among((24, 6, 0)),
            "start_step": pick.among((1, 2)),
            "tail_months": pick.among(self.shape.tails),
            "fiscal_year_starts": fiscal,
        }

    def _accelerators(self) -> None:
        """Types of accelerators."""
        pick, self.fp8 = self.pick, self.pick.chance(20)
        for g in ("gpu", "tpu", "asic")[: 1 + sum(pick.chance(40) for _ in range(self.shape.types - 1))]:
            fast = pick.among((1.0, 2.0))
            self.put(
                "accelerators",
                accelerator=g,
                bf16_dense_tflops=1000.0 * fast,
                fp8_dense_tflops=1800.0 * fast if self.fp8 else None,
                memory_gb=80.0 * fast,
                provisioned_kw=200.0 * pick.among((1.0, 1.4)),
                cooling=pick.among(("air", "liquid", "either")),
                lot_size=pick.among((4, 8)),
                gang_step=pick.among((None, 2)),
                orderable=True,
                orderable_from=self.date(pick.integer(1, 3)) if pick.chance(20) else None,
                orderable_until=self.date(pick.integer(4, 12)) if pick.chance(40) else None,
                lead_time_months=pick.integer(0, 4),
                bring_up_months=pick.among((0, 0, 1, 2)),
                life_months=120 if self.shape.plain_assets else pick.among((60, 60, 12, 8)),
                price_usd=450e3 * fast * pick.among((1.0, 0.7, 1.3)),
                availability=pick.among((1.0, 0.9)),
                fabric_family="any" if g == "gpu" or pick.chance(75) else "torus",
            )
        self.types = [row["accelerator"] for row in self.tables["accelerators"]]

    def _sites(self) -> None:
        """Own sites."""
        pick = self.pick
        names = ("alpha", "beta", "gamma")[
            : 1 + sum(pick.chance(80 if self.shape.wide else 35) for _ in range(self.shape.sites - 1))
        ]
        for s in names:
            self.put("sites", site=s, pue=pick.among((1.25, 1.0)), opening_cost_musd=pick.among((0.0, 1.5)))

    def _houses(self) -> None:
        """Halls and power sources; every type finds a hall at every site, so that a fleet can stand anywhere."""
        pick, most = self.pick, self.shape.most_lots
        halls, sources = pick.chance(80), pick.chance(80)
        for site in self.tables["sites"]:
            s, existing = site["site"], pick.among((0, most, most + 1))
            classes = sorted({row["cooling"] for row in self.tables["accelerators"]} - {"either"})
            for cooling in (classes if classes and pick.chance(50) else ["either"]) if halls else []:
                self.put(
                    "halls", site=s, hall=f"{cooling}_hall", cooling=cooling, module_mw=pick.among((1.5, 2.5)),
                    existing_mw=float(existing), max_modules=pick.integer(1, most), lead_time_months=pick.integer(0, 4),
                    available_from=self.date(pick.among((0, 4, 6))), price_musd_per_mw=pick.among((0.5, 1.0, 2.0)),
                )  # fmt: skip
            for q in ("grid", "gas")[: 1 + pick.chance(25)] if sources else []:
                module = pick.among((2.0, 3.0, 0.0 if existing else 2.5))
                self.put(
                    "power_sources", site=s, power_source=q, existing_mw=float(existing), module_mw=module,
                    max_mw=existing + (module or 1.0) * pick.integer(1, most), lead_time_months=pick.integer(0, 4),
                    available_from=self.date(pick.among((0, 4, 6))), price_musd_per_mw=pick.among((0.4, 1.0)),
                    energy_usd_per_mwh=pick.among((60.0, 150.0)),
                )  # fmt: skip

    def _fabrics(self) -> None:
        """Tiers of every family that the types need, at every site."""
        pick = self.pick
        if not pick.chance(45):
            return
        tiers = [("leaf", "any", pick.among((8, 12, 20))), ("spine", "any", 48)][: 1 + pick.chance(30)]
        if "torus" in {row["fabric_family"] for row in self.tables["accelerators"]}:
            tiers.append(("ring", "torus", 16))
        for site in self.tables["sites"]:
            for tier, family, reach in tiers:
                held = pick.among((0, reach // 2))
                self.put(
                    "fabrics", site=site["site"], fabric=tier, family=family, max_gang=reach, existing_endpoints=held,
                    block_endpoints=pick.among((4, 8, 0)) if held else pick.among((8, 4)),
                    max_instances=pick.integer(1, 2), instance_price_musd=pick.among((0.3, 0.0)),
                    available_from=self.date(pick.among((0, 4, 6))), lead_time_months=pick.integer(0, 4),
                    price_usd_per_endpoint=pick.among((10e3, 40e3)),
                )  # fmt: skip

    def _fleet(self) -> None:
        """What stands at the first site, or comes."""
        pick = self.pick
        if not pick.chance(70 if self.shape.wide else 40):
            return
        retires = self.date(pick.integer(4, self.end + 6))
        self.put(
            "fleet", site="alpha", accelerator="gpu", count=pick.integer(2, 10), status="existing",
            in_service_from=self.date(-12), retires=pick.among((None, retires)),
        )  # fmt: skip
        other = self.tables["accelerators"][-1]
        if other["accelerator"] != "gpu" and pick.chance(40):
            other["orderable"] = pick.chance(40)
            self.put(
                "fleet", site="alpha", accelerator=other["accelerator"], count=pick.among((8, 4)), status="existing",
                in_service_from=self.date(pick.among((-20, 2))), retires=None,
            )  # fmt: skip
        if pick.chance(30):
            due, comes = pick.among((0.0, 0.5)), pick.integer(1, min(5, self.end - 1))
            self.put(
                "fleet", site="alpha", accelerator="gpu", count=4, status="committed", due_musd=due,
                in_service_from=self.date(comes), due_date=self.date(0) if due else None,
            )  # fmt: skip

    def _leases(self) -> None:
        """One contract, whose window holds the start of a period."""
        pick = self.pick
        if not pick.chance(35):
            return
        signing = pick.among((0, self.calendar["periods"][0] if len(self.calendar["periods"]) > 1 else 0))
        window = {"from": self.date(signing - pick.integer(0, 3)), "until": self.date(signing + pick.integer(0, 7))}
        self.put(
            "leases", lease="cloud", accelerator=pick.among(self.types), lot_size=4, min_lots=pick.among((0, 2)),
            max_lots=pick.integer(2, 3), committed_lots=pick.among((0, 0, 1)), **window,
            term_months=pick.among((6, 9, 24)),
            usd_per_accelerator_month=pick.among((10e3, 25e3)), take_or_pay_share=pick.among((1.0, 0.5)),
            ramp_months=pick.among((0, 4)), max_gang=pick.among((None, 6)),
        )  # fmt: skip
