"""What a scenario document says, by plain arithmetic: dates, prices, cash, sizes. Imports nothing of the planner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tests.generators import Document, Row, month_of

HOURS = 730.5
SECONDS = HOURS * 3600
MUSD = 1e-6
DECAY = {"compute": ("compute", 0.72), "network": ("network", 0.80), "hall": ("power", 0.95), "power": ("power", 0.95)}
COOLS = {"air": {"air", "either"}, "liquid": {"liquid", "either"}, "either": {"air", "liquid", "either"}}
NARROW = {"bf16": 1.0, "fp8": 0.5, "fp4": 0.25}


@dataclass(frozen=True)
class Span:
    """Months [start, end) of the horizon: a period, or a slot of it."""

    start: int
    end: int

    @property
    def months(self) -> int:
        return self.end - self.start

    def overlap(self, start: float, end: float) -> float:
        return max(0, min(self.end, end) - max(self.start, start))


@dataclass(frozen=True)
class Gang:
    """A way to do a run: n accelerators of a type at a place in [start, end), worth so much (M$, not discounted)."""

    run: str
    type: str
    place: str
    start: int
    end: int
    n: int
    value: float
    pflops_each: float


class Scenario:
    """The numbers of a document, month 0 being the first of the horizon."""

    def __init__(self, document: Document) -> None:
        self.document = document
        calendar = document["calendar"]
        self.first, self.year_starts = month_of(calendar["start"]), calendar["fiscal_year_starts"]
        lengths = list(calendar["periods"])
        self.reported = sum(lengths)
        self.end = self.reported + (self._usual_tail() if calendar["tail_months"] is None else calendar["tail_months"])
        while sum(lengths) < self.end:
            to_year_end = next(
                m for m in range(1, 13) if (self.first + sum(lengths) + m - self.year_starts + 1) % 12 == 0
            )
            lengths.append(min(to_year_end, self.end - sum(lengths)))
        starts = [sum(lengths[:t]) for t in range(len(lengths))]
        self.periods = [Span(a, a + n) for a, n in zip(starts, lengths, strict=True)]
        step = calendar["slot_months"]
        self.slots = [Span(a, min(a + step, p.end)) for p in self.periods for a in range(p.start, p.end, step)]

    def _usual_tail(self) -> int:
        """Two years, or the longest lead in use."""
        leads = [r["lead_time_months"] + r["bring_up_months"] for r in self.rows("accelerators") if r["orderable"]]
        for table, extends in (
            ("halls", "max_modules"),
            ("power_sources", "module_mw"),
            ("fabrics", "block_endpoints"),
        ):
            leads += [r["lead_time_months"] for r in self.rows(table) if r[extends]]
        return max([24, *leads])

    def rows(self, table: str) -> list[Row]:
        return self.document["tables"].get(table, [])

    def has(self, table: str) -> bool:
        return table in self.document["tables"]

    def month(self, date: str | None, otherwise: float = math.inf) -> float:
        """Month of a date; `otherwise` where it is empty."""
        return otherwise if date is None else month_of(date) - self.first

    def fiscal_year(self, month: int) -> int:
        """The calendar year in which the fiscal year of a month ends."""
        year, of_year = divmod(self.first + month, 12)
        return year + (1 if self.year_starts > 1 and of_year + 1 >= self.year_starts else 0)

    def factor(self, month: float) -> float:
        return (1 + self.document["finance"]["discount_rate"]) ** (-month / 12)

    def lasts(self, period: Span, start: float, end: float) -> bool:
        """The half-period rule."""
        return 2 * period.overlap(start, end) >= period.months

    def arrivals(self, row: Row, lead: int) -> Iterator[tuple[int, int, int]]:
        """(period, its start, order month) of what can be ordered inside the horizon and its windows."""
        for v, period in enumerate(self.periods) if row.get("orderable", True) else []:
            order = period.start - lead
            in_window = (
                self.month(row.get("orderable_from"), -math.inf) <= order <= self.month(row.get("orderable_until"))
            )
            if order >= 0 and in_window and period.start >= self.month(row.get("available_from"), -math.inf):
                yield v, period.start, order

    def price(self, names: list[str], own: float, month: int) -> float:
        """The last dated price of the first of the names that has one by then, else the item's own."""
        for name in names:
            dated = [(self.month(r["date"]), r["price"]) for r in self.rows("prices") if r["item"] == name]
            if past := [pair for pair in dated if pair[0] <= month]:
                return max(past)[1]
        return own

    def payments(self, names: list[str], order: int, delivery: int) -> list[tuple[int, float]]:
        """(month, share of the price) of an order."""
        for name in names:
            if profile := [r for r in self.rows("cash_profiles") if r["item"] == name]:
                since = {"order": order, "delivery": delivery}
                return [(max(order, since[r["event"]] + r["offset_months"]), r["share"]) for r in profile]
        return [(order, 1.0)]

    def worth_at_end(self, part: str, price: float, start: int, paid_by_end: float) -> float:
        """Terminal value of something in service from `start`."""
        finance, (rate, usual) = self.document["finance"], DECAY[part]
        if finance["terminal_value"] == "none":
            return 0.0
        return min(price * finance.get(f"decay_{rate}", usual) ** ((self.end - start) / 12), paid_by_end)

    def efficiency(self, load: Row, accelerator: str, n: float) -> tuple[float, float] | None:
        """MFU and goodput of a gang of n: a load's own figures first, then the table's row for that size."""
        form = load.get("number_format", "bf16")
        rows = [r for r in self.rows("mfu") if r["accelerator"] == accelerator]
        stated = {r["number_format"] for r in rows}
        share = 1.0 if form in stated else NARROW[form]
        rows = [r for r in rows if r["number_format"] == (form if form in stated else "bf16")]
        sized = sorted((r["gang_size"] or math.inf, r["mfu"] * share, r["goodput"]) for r in rows)
        fitting = next(((mfu, good) for size, mfu, good in sized if size >= n), None)
        mfu, goodput = load.get("mfu"), load.get("goodput")
        if fitting is None and mfu is None:
            return None
        table_mfu, table_goodput = fitting or (0.0, 1.0)
        return mfu or table_mfu, goodput or table_goodput

    def peak(self, accelerator: Row, form: str) -> float | None:
        """PFLOP/s of one accelerator at a format."""
        tflops = accelerator.get(f"{form}_dense_tflops")
        return None if tflops is None else tflops / 1000

    def stream_speed(self, stream: Row, accelerator: Row) -> float:
        """PFLOP/s a stream gets from one accelerator."""
        for r in self.rows("stream_speeds"):
            if (r["stream"], r["accelerator"]) == (stream["stream"], accelerator["accelerator"]):
                return r["pflops_per_accelerator"]
        found = self.efficiency(stream, accelerator["accelerator"], math.inf)
        return found[0] * self.peak(accelerator, stream.get("number_format", "bf16"))

    def stream_limits(self, stream: Row, period: Span) -> tuple[float, float]:
        """Mean floor and ceiling of a period's months."""
        floors, ceilings = [], []
        for month in range(period.start, period.end):
            dated = [r for r in self.rows("stream_demand") if r["stream"] == stream["stream"]]
            past = [r for r in dated if self.month(r["from"]) <= month]
            row = max(past, key=lambda r: r["from"]) if past else stream
            floors.append(row["floor_pflops"])
            ceilings.append(math.inf if row["ceiling_pflops"] is None else row["ceiling_pflops"])
        return sum(floors) / period.months, sum(ceilings) / period.months

    def supply(self, accelerator: str, period: Span) -> float:
        """Accelerators to be had in a period, month by month."""
        total = 0.0
        for month in range(period.start, period.end):
            past = [
                r for r in self.rows("supply") if r["accelerator"] == accelerator and self.month(r["from"]) <= month
            ]
            total += max(past, key=lambda r: r["from"])["per_month"] if past else 0.0
        return total

    def can_stand(self, accelerator: Row, site: str) -> bool:
        """Whether the site could cool the type and join it."""
        halls = [h for h in self.rows("halls") if h["site"] == site and h["cooling"] in COOLS[accelerator["cooling"]]]
        cooled = not self.has("halls") or any(h["existing_mw"] or h["max_modules"] for h in halls)
        return cooled and (not self.has("fabrics") or bool(self.tiers(site, accelerator["fabric_family"])))

    def tiers(self, site: str, family: str) -> list[Row]:
        """The fabrics of a site that join a family of accelerators."""
        return [f for f in self.rows("fabrics") if (f["site"], f["family"]) == (site, family)]

    def gang_size(self, run: Row, accelerator: Row, months: int) -> tuple[int, float] | None:
        """The smallest multiple of the gang's step that does the run in time, and its PFLOP/s each."""
        peak = self.peak(accelerator, run["number_format"])
        memory = run["min_memory_gb"]
        if peak is None or (memory is not None and accelerator["memory_gb"] < memory):
            return None
        zflop = run["flop_zflop"] if "flop_zflop" in run else 6 * run["params_b"] * run["tokens_b"] / 1e3
        step = n = accelerator["gang_step"] or accelerator["lot_size"]
        while (found := self.efficiency(run, accelerator["accelerator"], n)) is not None:
            mfu, goodput = found
            if zflop * 1e6 <= n * peak * mfu * goodput * months * SECONDS * (1 + 1e-12):
                return n, peak * mfu
            n += step
        return None

    def gangs(self) -> Iterator[Gang]:
        """Every way to do every run that the windows, types and contracts allow."""
        types = {row["accelerator"]: row for row in self.rows("accelerators")}
        leases = {row["lease"]: row for row in self.rows("leases")}
        places = [row["site"] for row in self.rows("sites")] + list(leases)
        for run in self.rows("runs"):
            for g in run["eligible"]:
                for months in run["durations_months"]:
                    sized = self.gang_size(run, types[g], months)
                    for place in (run["sites"] or places) if sized else []:
                        contract = leases.get(place)
                        if contract and (contract["accelerator"] != g or sized[0] > (contract["max_gang"] or math.inf)):
                            continue
                        for start in self._starts(run, months):
                            late = max(0, start + months - self.month(run["due"]))
                            value = run["value_musd"] * (1 - run["value_loss_per_month"]) ** late
                            yield Gang(run["run"], g, place, start, start + months, sized[0], value, sized[1])

    def _starts(self, run: Row, months: int) -> Iterator[int]:
        calendar = self.document["calendar"]
        window = [h for h in self.slots if self.month(run["earliest"]) <= h.start <= self.month(run["latest"])]
        ends = {slot.end for slot in self.slots}
        for i, slot in enumerate(window):
            offered = slot.start < calendar["dense_start_months"] or i % calendar["start_step"] == 0
            if offered and slot.start + months in ends:
                yield slot.start

    def budgets(self) -> dict[str, dict[int, Row]]:
        """By category and fiscal year: cap for the months modelled, and the terms; the last row holds on."""
        years: dict[int, list[int]] = {}
        for month in range(self.end):
            years.setdefault(self.fiscal_year(month), []).append(month)
        found: dict[str, dict[int, Row]] = {}
        for category in {r["category"] for r in self.rows("budgets")}:
            monthly = 0.0
            row: Row = {}
            for year, months in years.items():
                stated = [r for r in self.rows("budgets") if r["category"] == category and r["fiscal_year"] == year]
                if stated:
                    row = stated[0]
                    meant = sum(month < self.reported for month in months) or len(months)
                    monthly = row["budget_musd"] / meant
                found.setdefault(category, {})[year] = row | {"cap": monthly * len(months), "first_month": months[0]}
        return found
