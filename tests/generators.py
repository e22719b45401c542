"""Random small scenarios in toy units: a lot of accelerators is about 1 MW and 2 M$, a run asks for a few lots.

One generator serves the brute force, the second formulation and the laws. It asks a `Pick` for every choice: a
seeded one (`SeededPick`) where the same seed must give the same scenario, one that hypothesis draws where a
failure should be shrunk. The document it makes is what `planner.load` takes; nothing here imports the planner.
"""

from __future__ import annotations

from tests.generated_capacity import Document, Row, Shape, date_of, month_of
from tests.generated_wide import Wide
from tests.picks import Pick

__all__ = ["MIDDLE", "SMALL", "WIDE", "Document", "Row", "Shape", "date_of", "month_of", "scenario"]

ZFLOP_PER_UNIT_MONTH = 0.5 * 730.5 * 3600 / 1e6  # an accelerator of 1 PFLOP/s at half its peak for a month

SMALL = Shape()
WIDE = Shape(periods=(2, 3), tails=(0, 0, 6), wide=True)
MIDDLE = Shape(
    periods=(4, 7), types=3, sites=3, runs=(4, 7), start_slots=5, most_lots=6, tails=(0, 12, None), plain_assets=True
)


def scenario(pick: Pick, shape: Shape = SMALL, name: str = "random") -> Document:
    """A random scenario: valid, and with a plan (doing nothing) unless the shape is demanding."""
    return _Maker(pick, shape).document(name)


class _Maker(Wide):
    """Adds what is asked for and paid."""

    def document(self, name: str) -> Document:
        """The whole document."""
        pick = self.pick
        self.make_capacity()
        if self.shape.wide:
            self.make_wide_capacity()
        for make in (self._runs, self._streams, self._supply, self._money_tables, self._budgets, self._priced_limits):
            make()
        if self.shape.wide:
            self.make_links()
        finance = {
            "objective": "value_minus_cost",
            "discount_rate": pick.among((0.0, 0.05, 0.1, 0.12)),
            "terminal_value": pick.among(("none", "decay")),
            "average_draw": pick.among((0.8, 1.0, 0.6)),
        }
        if pick.chance(30):
            finance |= {"decay_compute": 0.5, "decay_power": 0.9, "decay_network": 0.6}
        if any(row["unserved_usd_per_pflops_month"] for row in self.tables.get("streams", [])) and pick.chance(20):
            finance["objective"] = "least_cost"
        # what stands must be powered: without a fleet doing nothing stays possible
        installed = pick.chance(15) and (self.shape.demanding or "fleet" not in self.tables)
        power = {"basis": "installed" if installed else "online", "fabric_draw_share": pick.among((0.0, 0.1))}
        solve = {"gap": 0.0, "time_limit_s": 120, "threads": 1, "seed": 0}
        rows = {t: [row | {"assumption": "random"} for row in found] for t, found in self.tables.items()}
        blocks = {"calendar": self.calendar, "finance": finance, "power": power, "solve": solve}
        return {"format": 1, "name": name, **blocks, "tables": rows}

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
                durations_months=[length + slot, length] if pick.chance(30) else [length],
                eligible=list(self.types) if r == "red" else self.types[: pick.integer(1, len(self.types))],
                sites=None if pick.chance(70) else [pick.among(self._places())],
                min_memory_gb=100.0 if roomy and pick.chance(20) else None,
                earliest=self.date(earliest), latest=self.date(latest),
                due=self.date(earliest + length + pick.integer(0, 4)), value_musd=units * pick.among((4.0, 2.5, 7.0)),
                value_loss_per_month=pick.among((0.0, 0.05)), must_run=self.shape.demanding and pick.chance(50),
            )  # fmt: skip
        self.put("teams", team="lab")

    def _streams(self) -> None:
        for i in ("tests", "serving")[: max(self.pick.among((1, 0, 1, 2, 0)), int(self.shape.wide))]:
            self._stream(i, pick=self.pick)

    def _stream(self, name: str, pick: Pick) -> None:
        floor, ceiling = pick.among((0.0, 1.0, 3.0)), pick.among((None, 4.0, 8.0))
        priced = not (self.shape.demanding and pick.chance(50))
        self.put(
            "streams", stream=name, team="lab", mfu=0.4 if pick.chance(70) or "mfu" not in self.tables else None,
            number_format="fp8" if self.fp8 and pick.chance(30) else "bf16",
            eligible=self.types[: pick.integer(1, len(self.types))], floor_pflops=floor,
            sites=None if pick.chance(70) else [pick.among(self._places())], ceiling_pflops=ceiling,
            unserved_usd_per_pflops_month=pick.among((1e5, 5e5)) if floor and priced else None,
        )  # fmt: skip
        if pick.chance(25):
            row = {"from": self.date(pick.integer(1, 9)), "floor_pflops": floor, "ceiling_pflops": 5.0}
            self.put("stream_demand", stream=name, **row)
        if pick.chance(20):
            self.put("stream_speeds", stream=name, accelerator="gpu", pflops_per_accelerator=0.5)
        worth = pick.among((0.35, 0.2, 0.6))
        for reach, share in ((2.0, 1.0), (6.0, 0.5)) if pick.chance(80) else ():
            self.put("stream_segments", stream=name, up_to_pflops=reach, musd_per_pflops_month=worth * share)

    def _budgets(self) -> None:
        """Hard ones only where doing nothing keeps them: running costs of what stands need a price for more."""
        pick = self.pick
        starts = self.calendar["fiscal_year_starts"]
        months = range(self.first, self.first + self.end)
        years = sorted({m // 12 + (1 if starts > 1 and m % 12 + 1 >= starts else 0) for m in months})
        stated = years if pick.chance(70) else years[:-1] or years
        committed = any(row["committed_lots"] for row in self.tables.get("leases", []))
        running = committed or "opex" in self.tables or "fleet" in self.tables
        everything, self.hard_capex = pick.chance(90), pick.chance(85)
        part = [pick.among(("hall", "power", "network", "compute"))] if pick.chance(20) else []
        for category in ["all"] * everything + ["opex"] * pick.chance(15) + part:
            carry, pull = pick.among((1.0, 0.5, 0.0)), pick.among((0.0, 0.25))
            amount = pick.among((2.2, 1.5, 3.0, 4.0)) * self._lot_price() * self.shape.most_lots / 2
            amount *= {"all": 1.0, "compute": 1.0, "opex": 0.3}.get(category, 0.5)
            hard = {"all": self.hard_capex, "opex": not running, "compute": "fleet" not in self.tables}
            overrun = None if hard.get(category, pick.chance(50)) else pick.among((1.6, 2.5))
            for year in stated:
                self.put(
                    "budgets", fiscal_year=year, category=category, budget_musd=amount * pick.among((1.0, 0.8, 1.2)),
                    carry_over_share=carry, pull_forward_share=pull, overrun_price_musd=overrun,
                )  # fmt: skip
        self.hard_capex &= everything

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
        pick, gpu = self.pick, self.tables["accelerators"][0]
        halls, sources = self.tables.get("halls", []), self.tables.get("power_sources", [])
        hall = f"{halls[0]['site']}.{halls[0]['hall']}" if halls else None
        if pick.chance(35):
            falls = pick.among((0.7, 1.2))
            self.put("prices", item="gpu", date=self.date(pick.integer(1, 6)), price=gpu["price_usd"] * falls)
        if hall and pick.chance(20):
            self.put("prices", item=hall, date=self.date(pick.integer(0, 6)), price=halls[0]["price_musd_per_mw"] * 0.8)
        if sources and pick.chance(20):
            for item, months in (("grid", 0), ("grid", 5), ("alpha.grid", pick.integer(2, 8))):
                self.put("prices", item=item, date=self.date(months), price=pick.among((0.6, 1.5)))
        if "leases" in self.tables and pick.chance(15) and not self.shape.plain_assets:
            self.put("prices", item="cloud", date=self.date(pick.integer(1, 6)), price=20e3)
        for item in ["gpu"] * pick.chance(35) + [hall] * (hall is not None and pick.chance(15)):
            self.put("cash_profiles", item=item, event="order", offset_months=0, share=0.25)
            late = pick.among((0, 3, -2, 14))
            self.put("cash_profiles", item=item, event="delivery", offset_months=late, share=0.75)
        for item in ["gpu"] * pick.chance(30) + ["grid"] * (bool(sources) and pick.chance(15)):
            self.put("opex", item=item, usd_per_year=pick.among((12e3, 40e3)))
        if hall and pick.chance(15):
            self.put("opex", item=hall, usd_per_year=50e3)
        for load in ["red"] * pick.chance(25) + ["tests"] * ("streams" in self.tables and pick.chance(25)):
            cost = pick.among(({"usd_per_accelerator_month": 15e3}, {"usd_per_pflops_month": 30e3}))
            self.put("placement", load=load, site=pick.among(self._places()), **cost)

    def _priced_limits(self) -> None:
        limits = [t for t in ("halls", "power_sources") if t in self.tables]
        for limit in limits + ["supply"] * self.hard_capex:
            if self.pick.chance(12):
                self.put("priced_limits", limit=limit, price_usd=150e3 if limit == "supply" else 90e3)
