"""From validated inputs to what the rooms index over: calendar, places, prices, candidates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.core.declare import Row
from planner.core.inputs import Inputs
from planner.core.reuse import Key, Shelf
from planner.data.calendar import Calendar, build_calendar
from planner.data.candidates import Reach, Span, candidate_values, gang_step, read_spans
from planner.data.derived import derived
from planner.data.payments import CashProfiles, PriceBook
from planner.data.portfolio import all_placements
from planner.data.sizing import UtilisationTable, peak_pflops

PARTS = ["candidate", "accelerator", "site", "first_slot", "last_slot", "start", "finish", "n"]
COOLED_BY = {"air": ("air", "either"), "liquid": ("liquid", "either"), "either": ("air", "liquid", "either")}


@dataclass(frozen=True)
class Arrival:
    """A period at whose start something ordered inside the horizon can arrive, with its dates."""

    period: int
    start: int
    order: int
    delivery: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Accelerators that stand already or are on order: months of arrival and end (None: stays)."""

    accelerator: str
    site: str
    count: int
    arrival: int
    end: int | None
    committed: bool


class Case:
    """One scenario, ready to be modelled: inputs and all that follows from them before any decision.

    What follows is derived when it is asked for; cases that share a `shelf` share what their inputs leave the same.
    """

    def __init__(self, inputs: Inputs, shelf: Shelf | None = None) -> None:
        self.inputs = inputs
        self.shelf = Shelf() if shelf is None else shelf
        self.pieces: dict[str, Any] = {}
        self._by_id: dict[str, dict[str, dict[str, Any]]] = {}

    def now(self, key: Key) -> Any:
        """What a key noted by this or another case reads here."""
        return getattr(self, key[1]) if key[0] == "case" else self.inputs.now(key)

    @derived
    def calendar(self) -> Calendar:
        """Periods, slots and fiscal years."""
        return build_calendar(self.inputs)

    @derived
    def prices(self) -> PriceBook:
        """Prices by order date."""
        return PriceBook(self.inputs, self.calendar)

    @derived
    def cash(self) -> CashProfiles:
        """When an order is paid."""
        return CashProfiles(self.inputs)

    @derived
    def utilisation(self) -> UtilisationTable:
        """MFU and goodput by type, format and size of the gang."""
        return UtilisationTable(self.inputs)

    @derived
    def spans(self) -> dict[str, Span]:
        """Sites that can hold one gang together."""
        return read_spans(self.inputs)

    @property
    def accelerators(self) -> dict[str, dict[str, Any]]:
        """Rows of the types, by id."""
        return self._table("accelerators", "accelerator")

    @property
    def sites(self) -> dict[str, dict[str, Any]]:
        """Rows of the own sites, by id."""
        return self._table("sites", "site")

    @property
    def leases(self) -> dict[str, dict[str, Any]]:
        """Rows of the leases, by id."""
        return self._table("leases", "lease")

    @property
    def runs(self) -> dict[str, dict[str, Any]]:
        """Rows of the runs, by id."""
        return self._table("runs", "run")

    @property
    def streams(self) -> dict[str, dict[str, Any]]:
        """Rows of the streams, by id."""
        return self._table("streams", "stream")

    def _table(self, table: str, key: str) -> dict[str, dict[str, Any]]:
        if table not in self._by_id:
            self._by_id[table] = self.inputs.by_id(table, key)
        self.inputs.note_column(table, key)
        return self._by_id[table]

    @property
    def places(self) -> list[str]:
        """Own sites, then leases: where capacity may stand."""
        return [*self.sites, *self.leases]

    def arrivals(
        self, lead: int, bring_up: int = 0, *, available_from: str | None = None,
        order_from: str | None = None, order_until: str | None = None,
    ) -> list[Arrival]:  # fmt: skip
        """The periods at whose start an order placed inside the horizon can arrive."""
        month = self.calendar.month
        found = []
        for t, period in enumerate(self.calendar.periods):
            order = period.start - lead - bring_up
            if (
                order >= 0
                and (available_from is None or period.start >= month(available_from))
                and (order_from is None or order >= month(order_from))
                and (order_until is None or order <= month(order_until))
            ):
                found.append(Arrival(t, period.start, order, period.start - bring_up))
        return found

    def module_arrivals(self, row: Row) -> list[Arrival]:
        """The periods at whose start a module of a hall or source, or endpoints of a fabric, can arrive."""
        return self.arrivals(row["lead_time_months"], available_from=row["available_from"])

    def can_stand(self, accelerator: str, site: str) -> bool:
        """Whether some hall of the site can cool the type and some fabric join it (where these are modelled)."""
        row = self.accelerators[accelerator]
        if self.inputs.has("halls"):
            cooling = COOLED_BY[row["cooling"]]
            halls = [h for h in self.inputs.rows("halls") if h["site"] == site and h["cooling"] in cooling]
            gain = [row["to_hall"] for row in self.inputs.rows("retrofits") if row["site"] == site]
            if not any(h["existing_mw"] > 0 or h["max_modules"] > 0 or h["hall"] in gain for h in halls):
                return False
        return not self.inputs.has("fabrics") or bool(self.fabrics_for(accelerator, site))

    def fabrics_for(self, accelerator: str, site: str) -> list[dict[str, Any]]:
        """The fabrics of a site that can join a type."""
        family = self.accelerators[accelerator]["fabric_family"]
        return [f for f in self.inputs.rows("fabrics") if f["site"] == site and f["family"] == family]

    @derived
    def orders(self) -> dict[tuple[str, str], list[Arrival]]:
        """Where and when each orderable type can arrive."""
        found = {}
        for g, row in self.accelerators.items():
            if not row["orderable"]:
                continue
            arrivals = self.arrivals(
                row["lead_time_months"], row["bring_up_months"],
                order_from=row["orderable_from"], order_until=row["orderable_until"],
            )  # fmt: skip
            for site in self.sites:
                if arrivals and self.can_stand(g, site):
                    found[g, site] = arrivals
        return found

    @derived
    def cohorts(self) -> list[Cohort]:
        """What stands or is on order when the horizon starts, row by row of the table `fleet`."""
        month = self.calendar.month
        return [
            Cohort(
                row["accelerator"],
                row["site"],
                row["count"],
                month(row["in_service_from"]),
                None if row["retires"] is None else month(row["retires"]),
                row["status"] == "committed",
            )
            for row in self.inputs.rows("fleet")
        ]

    @derived
    def existing_units(self) -> dict[tuple[str, str], list[tuple[int, int | None, int]]]:
        """(arrival, end, count) of existing and committed accelerators, by type and site."""
        found: dict[tuple[str, str], list[tuple[int, int | None, int]]] = {}
        for cohort in self.cohorts:
            found.setdefault((cohort.accelerator, cohort.site), []).append((cohort.arrival, cohort.end, cohort.count))
        return found

    @derived
    def committed(self) -> list[tuple[str, str, int, int]]:
        """(type, site, period of arrival, count) of what is on order when the horizon starts."""
        found = []
        for cohort in self.cohorts:
            t = self.calendar.period_at(cohort.arrival)
            if cohort.committed and t is not None:
                found.append((cohort.accelerator, cohort.site, t, cohort.count))
        return found

    def supply_rate(self, accelerator: str) -> list[float] | None:
        """Accelerators that can be had in each month of the horizon; None if the type is not limited."""
        rows = [r for r in self.inputs.rows("supply") if r["accelerator"] == accelerator]
        if not rows:
            return None
        steps = sorted((self.calendar.month(r["from"]), r["per_month"]) for r in rows)
        return [next((rate for date, rate in reversed(steps) if date <= m), 0.0) for m in range(self.calendar.end)]

    def largest_gang(self, accelerator: str, place: str) -> int:
        """The largest gang of a type that a place could ever carry."""
        if place in self.leases:
            lease = self.leases[place]
            rented = lease["max_lots"] * lease["lot_size"]
            return int(rented if lease["max_gang"] is None else min(rented, lease["max_gang"]))
        if not self.inputs.has("fabrics"):
            return 2**62
        return int(max((f["max_gang"] for f in self.fabrics_for(accelerator, place)), default=0))

    def units_by(self, accelerator: str, place: str, month: int) -> float:
        """No more accelerators than this can be in service at a place in a month."""
        if place in self.leases:
            lease = self.leases[place]
            first = self.calendar.month(lease["from"])
            return float(lease["max_lots"] * lease["lot_size"]) if first <= month else 0.0
        arrivals = self.orders.get((accelerator, place), [])
        if arrivals and arrivals[0].start <= month:
            return math.inf
        # the half-period rule may count a unit up to half a period early
        slack = max(p.months for p in self.calendar.periods) / 2
        units = self.existing_units.get((accelerator, place), [])
        return float(sum(n for at, end, n in units if at <= month + slack and (end is None or end > month - slack)))

    @derived
    def placements(self) -> pd.DataFrame:
        """Every way a run may be done (see `all_placements`)."""
        return all_placements(self.inputs, self.calendar, self.utilisation, Reach(self.largest_gang, self.units_by))

    @derived
    def candidates(self) -> pd.DataFrame:
        """The placements with what each is worth, `value_musd`: only who asks for that is asked again as it changes."""
        return self.placements.assign(value_musd=candidate_values(self.placements, self.runs, self.calendar))

    @derived
    def parts(self) -> pd.DataFrame:
        """What each candidate takes where: a row for each site of its gang; what runs already is candidate -1.

        Columns candidate, accelerator, site, first_slot, last_slot, start, finish, n.
        """
        frame = self.placements.assign(candidate=range(len(self.placements)))
        frame = frame[frame["months"] > 0]  # what is cancelled at once holds nothing
        decided = {row["running"] for row in self.inputs.rows("cancellable")}  # a candidate for each of its ends
        spread = frame["site"].isin(list(self.spans))
        rows: list[dict[str, Any]] = []
        for wide in frame[spread].to_dict("records"):
            step = gang_step(self.accelerators[wide["accelerator"]])
            whole = {str(name): value for name, value in wide.items()}
            rows += [whole | {"site": s, "n": n} for s, n in self.spans[wide["site"]].parts(wide["n"], step)]
        for row in self.inputs.rows("running"):
            if row["running"] in decided:
                continue
            finish = min(self.calendar.month(row["until"]), self.calendar.end)
            here = [h for h, slot in enumerate(self.calendar.slots) if slot.start < finish]
            if here:
                held = {"candidate": -1, "first_slot": 0, "last_slot": here[-1], "start": 0, "finish": finish}
                rows.append({**held, "accelerator": row["accelerator"], "site": row["site"], "n": row["n"]})
        single = frame[~spread][PARTS]
        return pd.concat([single, pd.DataFrame(rows, columns=PARTS)], ignore_index=True) if rows else single

    def stream_speed(self, stream: str, accelerator: str) -> float | None:
        """PFLOP/s that a stream gets from one accelerator; None if unknown."""
        for row in self.inputs.rows("stream_speeds"):
            if row["stream"] == stream and row["accelerator"] == accelerator:
                return float(row["pflops_per_accelerator"])
        load = self.streams[stream]
        peak = peak_pflops(self.accelerators[accelerator], load["number_format"])
        # a stream is not a gang: the figure for any size is meant for it, else that of the smallest gangs
        efficiency = self.utilisation.of(load, accelerator, math.inf) or self.utilisation.of(load, accelerator, 1)
        return None if peak is None or efficiency is None else peak * efficiency.mfu
