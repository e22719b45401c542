"""Random small scenarios in toy units: a lot of accelerators is about 1 MW and 2 M$, a run asks for a few lots.

One generator serves the brute force, the second formulation and the laws. It asks a `Pick` for every choice: a
seeded one (`SeededPick`) where the same seed must give the same scenario, one that hypothesis draws where a
failure should be shrunk. The document it makes is what `planner.load` takes; nothing here imports the planner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.picks import Pick

Document = dict[str, Any]
Row = dict[str, Any]
ZFLOP_PER_UNIT_MONTH = 0.5 * 730.5 * 3600 / 1e6  # an accelerator of 1 PFLOP/s at half its peak for a month


@dataclass(frozen=True)
class Shape:
    """How large a scenario may become, and which of its features are left out.

    `demanding`: runs that must run and floors that must be served, so that there may be no plan at all.
    `plain_assets`: lives reach beyond the horizon and the price of a lease does not change.
    """

    periods: tuple[int, int] = (2, 3)
    types: int = 2
    sites: int = 2
    runs: tuple[int, int] = (1, 2)
    start_slots: int = 3
    most_lots: int = 2
    tails: tuple[int, ...] = (0, 0, 12, 5)
    demanding: bool = False
    plain_assets: bool = False


SMALL = Shape()
MIDDLE = Shape(
    periods=(4, 7), types=3, sites=3, runs=(4, 7), start_slots=5, most_lots=6, tails=(0, 12), plain_assets=True
)


def scenario(pick: Pick, shape: Shape = SMALL, name: str = "random") -> Document:
    """A random scenario: valid, and with a plan (doing nothing) unless the shape is demanding."""
    return _Maker(pick, shape).document(name)


def month_of(date: str) -> int:
    """Months since year 0 of a date written YYYY-MM."""
    return int(date[:4]) * 12 + int(date[5:]) - 1


def date_of(month: int) -> str:
    """The date, YYYY-MM, of a month since year 0."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


class _Maker:
    """Makes the tables one after another; later ones look at the earlier ones."""

    def __init__(self, pick: Pick, shape: Shape) -> None:
        self.pick, self.shape = pick, shape
        self.tables: dict[str, list[Row]] = {}
        self.calendar = self._calendar()
        self.first = month_of(self.calendar["start"])
        self.end = sum(self.calendar["periods"]) + self.calendar["tail_months"]
        self.slot = self.calendar["slot_months"]

    def document(self, name: str) -> Document:
        pick = self.pick
        for make in (self._accelerators, self._sites, self._houses, self._fabrics, self._fleet, self._leases):
            make()
        for make in (self._runs, self._streams, self._supply, self._money_tables, self._budgets, self._priced_limits):
            make()
        finance = {
            "objective": "value_minus_cost",
            "discount_rate": pick.among((0.0, 0.05, 0.1, 0.12)),
            "terminal_value": pick.among(("none", "decay")),
            "average_draw": pick.among((0.8, 1.0, 0.6)),
        }
        if any(row["unserved_usd_per_pflops_month"] for row in self.tables.get("streams", [])) and pick.chance(20):
            finance["objective"] = "least_cost"
        # what stands must be powered: without a fleet doing nothing stays possible
        installed = pick.chance(15) and (self.shape.demanding or "fleet" not in self.tables)
        power = {"basis": "installed" if installed else "online", "fabric_draw_share": pick.among((0.0, 0.1))}
        solve = {"gap": 0.0, "time_limit_s": 120, "threads": 1, "seed": 0}
        rows = {t: [row | {"assumption": "random"} for row in found] for t, found in self.tables.items()}
        blocks = {"calendar": self.calendar, "finance": finance, "power": power, "solve": solve}
        return {"format": 1, "name": name, **blocks, "tables": rows}

    def date(self, month: int) -> str:
        """The date of a month counted from the horizon's start."""
        return date_of(self.first + month)

    def put(self, table: str, **row: Any) -> None:
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
        pick = self.pick
        names = ("alpha", "beta", "gamma")[: 1 + sum(pick.chance(35) for _ in range(self.shape.sites - 1))]
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
        pick = self.pick
        if not pick.chance(40):
            return
        retires = self.date(pick.integer(4, self.end + 6))
        self.put(
            "fleet", site="alpha", accelerator="gpu", count=pick.integer(2, 10), status="existing",
            in_service_from=self.date(-12), retires=pick.among((None, retires)),
        )  # fmt: skip
        if pick.chance(30):
            due, comes = pick.among((0.0, 0.5)), pick.integer(1, min(5, self.end - 1))
            self.put(
                "fleet", site="alpha", accelerator="gpu", count=4, status="committed", due_musd=due,
                in_service_from=self.date(comes), due_date=self.date(0) if due else None,
            )  # fmt: skip

    def _leases(self) -> None:
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

    def _places(self) -> list[str]:
        return [row["site"] for row in self.tables["sites"]] + [r["lease"] for r in self.tables.get("leases", [])]

    def _runs(self) -> None:
        pick, slot = self.pick, self.slot
        own_mfu = pick.chance(60)
        if not own_mfu:  # stated for bf16 only: fp8 takes half of it
            falls, rises = ((8, 0.5, 0.97), (None, 0.45, 0.9)), ((4, 0.35, 1.0), (None, 0.5, 0.95))
            for g in self.types:
                for size, mfu, goodput in pick.among((falls, falls, rises)):
                    self.put("mfu", accelerator=g, number_format="bf16", gang_size=size, mfu=mfu, goodput=goodput)
        roomy = any(row["memory_gb"] >= 100 for row in self.tables["accelerators"])
        for r in ("red", "green", "blue", "white", "black", "violet", "amber")[: pick.integer(*self.shape.runs)]:
            length = slot * pick.integer(1, min(6, self.end) // slot)
            units = pick.integer(3, 3 + 3 * self.shape.most_lots)
            arrives = sum(self.calendar["periods"][: pick.integer(1, 2)])  # what is ordered comes at a period's start
            earliest = max(0, min(arrives, self.end - length) - slot * pick.among((0, 0, 1)))
            latest = earliest + slot * pick.integer(0, self.shape.start_slots)
            zflop, tokens = units * length * ZFLOP_PER_UNIT_MONTH * pick.among((1.0, 0.9)), pick.chance(20)
            work = {"params_b": 7.0, "tokens_b": zflop * 1e3 / 6 / 7} if tokens else {"flop_zflop": zflop}
            self.put(
                "runs", run=r, team="lab", **work,
                number_format="fp8" if self.fp8 and pick.chance(40) else "bf16", mfu=0.5 if own_mfu else None,
                goodput=pick.among((None, 0.95)) if own_mfu else None,
                durations_months=[length, length + slot] if pick.chance(30) else [length],
                eligible=list(self.types), sites=None if pick.chance(70) else [pick.among(self._places())],
                min_memory_gb=100.0 if roomy and pick.chance(20) else None,
                earliest=self.date(earliest), latest=self.date(latest),
                due=self.date(earliest + length + pick.integer(0, 4)), value_musd=units * pick.among((4.0, 2.5, 7.0)),
                value_loss_per_month=pick.among((0.0, 0.05)), must_run=self.shape.demanding and pick.chance(50),
            )  # fmt: skip
        self.put("teams", team="lab")

    def _streams(self) -> None:
        pick = self.pick
        if not pick.chance(55):
            return
        floor = pick.among((0.0, 1.0, 3.0))
        priced = not (self.shape.demanding and pick.chance(50))
        ceiling = pick.among((None, 4.0, 8.0))
        self.put(
            "streams", stream="tests", team="lab", mfu=0.4, eligible=list(self.types), floor_pflops=floor,
            sites=None if pick.chance(70) else [pick.among(self._places())], ceiling_pflops=ceiling,
            unserved_usd_per_pflops_month=pick.among((1e5, 5e5)) if floor and priced else None,
        )  # fmt: skip
        if pick.chance(25):
            row = {"from": self.date(pick.integer(1, 9)), "floor_pflops": floor, "ceiling_pflops": 5.0}
            self.put("stream_demand", stream="tests", **row)
        if pick.chance(20):
            self.put("stream_speeds", stream="tests", accelerator="gpu", pflops_per_accelerator=0.5)
        worth = pick.among((0.35, 0.2, 0.6))
        for reach, share in ((2.0, 1.0), (6.0, 0.5)) if pick.chance(80) else ():
            self.put("stream_segments", stream="tests", up_to_pflops=reach, musd_per_pflops_month=worth * share)

    def _budgets(self) -> None:
        """Hard ones only where doing nothing keeps them: running costs of what stands need a price for more."""
        pick = self.pick
        starts = self.calendar["fiscal_year_starts"]
        months = range(self.first, self.first + self.end)
        years = sorted({m // 12 + (1 if starts > 1 and m % 12 + 1 >= starts else 0) for m in months})
        stated = years if pick.chance(70) else years[:-1] or years
        committed = any(row["committed_lots"] for row in self.tables.get("leases", []))
        running = committed or "opex" in self.tables or "fleet" in self.tables
        self.hard_capex = pick.chance(90)
        for category in ["all"] * self.hard_capex + ["opex"] * pick.chance(15) + ["hall"] * pick.chance(15):
            carry, pull = pick.among((1.0, 0.5, 0.0)), pick.among((0.0, 0.25))
            amount = pick.among((2.2, 1.5, 3.0, 4.0)) * self._lot_price() * self.shape.most_lots / 2
            amount *= {"all": 1.0, "opex": 0.3, "hall": 0.5}[category]
            overrun = {"all": None, "opex": 2.0 if running else None, "hall": pick.among((None, 1.6))}[category]
            for year in stated:
                self.put(
                    "budgets", fiscal_year=year, category=category, budget_musd=amount * pick.among((1.0, 0.8, 1.2)),
                    carry_over_share=carry, pull_forward_share=pull, overrun_price_musd=overrun,
                )  # fmt: skip

    def _lot_price(self) -> float:
        gpu = self.tables["accelerators"][0]
        return gpu["lot_size"] * gpu["price_usd"] / 1e6

    def _supply(self) -> None:
        """Every type is limited, so that there are finitely many plans."""
        pick = self.pick
        self.basis = pick.among(("arrival", "order"))
        for row in self.tables["accelerators"]:
            rate = row["lot_size"] * self.shape.most_lots / pick.among((2.0, 1.5, 3.0))
            dates = [0, pick.integer(1, 9)] if pick.chance(40) else [0]
            for i, at in enumerate(dates):
                limit = {"from": self.date(at), "per_month": rate * (1.0, 0.5)[i], "basis": self.basis}
                self.put("supply", accelerator=row["accelerator"], **limit)

    def _money_tables(self) -> None:
        pick = self.pick
        gpu = self.tables["accelerators"][0]
        if pick.chance(35):
            falls = pick.among((0.7, 1.2))
            self.put("prices", item="gpu", date=self.date(pick.integer(1, 6)), price=gpu["price_usd"] * falls)
        if pick.chance(20) and "halls" in self.tables:
            hall = self.tables["halls"][0]
            item = f"{hall['site']}.{hall['hall']}"
            self.put("prices", item=item, date=self.date(pick.integer(0, 6)), price=hall["price_musd_per_mw"] * 0.8)
        if pick.chance(15) and "leases" in self.tables and not self.shape.plain_assets:
            self.put("prices", item="cloud", date=self.date(pick.integer(1, 6)), price=20e3)
        if pick.chance(35):
            self.put("cash_profiles", item="gpu", event="order", offset_months=0, share=0.25)
            self.put("cash_profiles", item="gpu", event="delivery", offset_months=pick.among((0, 3, -2)), share=0.75)
        if pick.chance(30):
            self.put("opex", item="gpu", usd_per_year=pick.among((12e3, 40e3)))
        if pick.chance(15) and "power_sources" in self.tables:
            self.put("opex", item="alpha.grid", usd_per_year=50e3)
        if pick.chance(25):
            self.put("placement", load="red", site=pick.among(self._places()), usd_per_accelerator_month=15e3)
        if pick.chance(20) and "streams" in self.tables:
            self.put("placement", load="tests", site=pick.among(self._places()), usd_per_pflops_month=20e3)

    def _priced_limits(self) -> None:
        limits = [t for t in ("halls", "power_sources") if t in self.tables]
        for limit in limits + ["supply"] * self.hard_capex:
            if self.pick.chance(12):
                self.put("priced_limits", limit=limit, price_usd=150e3 if limit == "supply" else 90e3)
