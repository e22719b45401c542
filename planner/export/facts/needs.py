"""What the plan needs of everything it buys, period by period, and so how late each order could have been placed.

**Last responsible date.** An order is taken out of the plan and all else is kept. The first period, from its
arrival on, in which what is left no longer carries what the plan does is the period that needs the order; the
last responsible date is the start of that period less the months from order to service (lead and bring-up; for
a retrofit its outage). What the plan does is read off from the work down, so that nothing is needed for being
there or lit idly:

- accelerators: the gangs present in any slot, and gangs and streams over the period, over the healthy share;
- halls and retrofits: the draw of those accelerators, fabric included, by cooling class (P1); and MW that a
  later retrofit takes out of the hall (P9);
- power sources and phases: that draw times the PUE (P2), at whichever source of the site;
- endpoints and instances: accelerators and gangs joined (N1, N2), endpoints in instances (N3);
- link modules: the traffic on the link (L2); a link's fixed charge: the first traffic on it;
- a site's opening: the first order of a module there (given to the purchase by `purchases`).

With `power.basis: installed` all that is in service draws. What is paid to go beyond a limit is kept too. An
accelerator's date is no later than the type's `orderable_until`; whether supply, budgets or a dated price would
allow the later order is not asked: each date is a statement about one order with everything else kept. An
order that nothing needs until the model's end has no such date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from planner.core.units import KW_PER_MW
from planner.data.derive import COOLED_BY
from planner.export.facts.reading import Gang, Reading

Series = np.ndarray[Any, np.dtype[Any]]
Margin = tuple[float, Series]  # what one unit adds to a capacity, and how far that lies above what needs it
NESTED = {"air": ("air",), "liquid": ("liquid",), "all": ("air", "liquid", "either")}  # the rows of P1
SHARES = (2, 3)  # of N2
TOLERANCE = 1e-6


class Needs:
    """The margins of a plan: how far each capacity lies above what the plan does with it."""

    def __init__(self, r: Reading) -> None:
        self.r = r
        self.calendar = r.case.calendar
        self._zero = np.zeros(len(self.calendar.periods))
        self._found: dict[tuple[str, str], list[Margin]] = {}

    def last_order(
        self, kind: str, label: str, quantity: float, order: int, arrival: int, end: int | None
    ) -> tuple[int, int] | None:
        """The first month in which an order is needed, and its last responsible month; None if nothing needs it."""
        if (kind, label) not in self._found:
            self._found[kind, label] = list(self._margins(kind, label))
        for t, period in enumerate(self.calendar.periods):
            # MW under retrofit count from the first period that starts behind the outage
            there = period.start >= arrival if kind == "retrofit" else self.calendar.in_service(period, arrival, end)
            if not there or period.start < arrival:
                continue
            added = [(w * quantity, margin[t]) for w, margin in self._found[kind, label]]
            if any(capacity - margin > TOLERANCE * max(1.0, capacity) for capacity, margin in added):
                return period.start, self._in_window(kind, label, period.start - (arrival - order))
        return None

    def _in_window(self, kind: str, label: str, month: int) -> int:
        """A month, or the last in which the type can be ordered at all."""
        until = self.r.case.accelerators[label.partition(".")[2]]["orderable_until"] if kind == "accelerator" else None
        return month if until is None else min(month, self.calendar.month(until))

    def _margins(self, kind: str, label: str) -> Iterator[Margin]:
        if kind == "accelerator":
            site, _, g = label.partition(".")
            yield 1.0, self._in_service.get((g, site), self._zero) - self._working.get((g, site), self._zero)
        elif kind in ("hall", "retrofit"):
            yield from self._hall_margins(label)
        elif kind in ("power_source", "phase"):
            site = label.partition(".")[0]
            fed = self._at_site("power_source_mw", "power_source", site) + self._excess("source_excess_mw", site)
            yield 1.0, fed - self.r.case.sites[site]["pue"] * self._draw(site, NESTED["all"])
        elif kind in ("endpoints", "instances"):
            yield from self._fabric_margins(kind, label)
        elif kind in ("link_module", "link"):
            yield from self._link_margins(kind, label)

    @cached_property
    def _in_service(self) -> dict[tuple[Any, ...], Series]:
        return self.r.by_period("in_service", "accelerator", "site")

    @cached_property
    def _working(self) -> dict[tuple[str, str], Series]:
        """Accelerators that must be online, by type and site: the most gangs hold, and gangs and streams on average."""
        found = {(g, site): mean.copy() for (g, site), mean in self.r.by_period("taken", "accelerator", "site").items()}
        for slot in self.calendar.slots:
            held: dict[tuple[str, str], float] = defaultdict(float)
            for gang in self._present(slot.start, slot.end):
                held[gang.accelerator, gang.site] += gang.n
            for key, n in held.items():
                found[key][slot.period] = max(found[key][slot.period], n)
        return {(g, site): units / self.r.case.accelerators[g]["availability"] for (g, site), units in found.items()}

    @cached_property
    def _powered(self) -> dict[tuple[str, str], Series]:
        """Accelerators that must draw power, by type and own site."""
        installed = self.r.inputs.setting("power", "basis") == "installed"
        found = self._in_service if installed else self._working
        return {(g, site): units for (g, site), units in found.items() if site in self.r.case.sites}

    def _present(self, start: int, end: int) -> list[Gang]:
        return [gang for gang in self.r.gangs if gang.start < end and gang.finish > start]

    def _draw(self, site: str, classes: tuple[str, ...]) -> Series:
        """IT draw, MW, at a site of the accelerators of some cooling classes, fabric included."""
        share, total = 1.0 + self.r.inputs.setting("power", "fabric_draw_share"), self._zero
        for (g, where), units in self._powered.items():
            row = self.r.case.accelerators[g]
            if where == site and row["cooling"] in classes and row["provisioned_kw"]:
                total = total + units * share * row["provisioned_kw"] / KW_PER_MW
        return total

    def _excess(self, name: str, site: str) -> Series:
        return self.r.by_period(name, "site").get((site,), self._zero)

    def _at_site(self, name: str, dim: str, site: str, among: list[str] | None = None) -> Series:
        rows = self.r.by_period(name, dim).items()
        chosen = [mw for (label,), mw in rows if label.startswith(f"{site}.") and (among is None or label in among)]
        return np.asarray(sum(chosen, start=self._zero))

    def _hall_margins(self, label: str) -> Iterator[Margin]:
        halls = {f"{row['site']}.{row['hall']}": row for row in self.r.inputs.rows("halls")}
        own, site = halls[label]["cooling"], label.partition(".")[0]
        for name, classes in NESTED.items():
            able = COOLED_BY[name] if name != "all" else NESTED["all"]
            draw = self._draw(site, classes)
            if own in able and draw.any():
                housing = [hall for hall, row in halls.items() if row["cooling"] in able]
                housed = self._at_site("hall_mw", "hall", site, housing) + self._excess("hall_excess_mw", site)
                yield 1.0, housed - draw
        if any(f"{row['site']}.{row['from_hall']}" == label for row in self.r.inputs.rows("retrofits")):
            yield 1.0, self.r.by_period("hall_mw", "hall")[(label,)]

    def _fabric_margins(self, kind: str, label: str) -> Iterator[Margin]:
        rows = {f"{row['site']}.{row['fabric']}": row for row in self.r.inputs.rows("fabrics")}
        row, site = rows[label], rows[label]["site"]
        peers = {f: o for f, o in rows.items() if (o["site"], o["family"]) == (site, row["family"])}
        endpoints, instances = (self.r.by_period(name, "fabric") for name in ("endpoints", "instances"))
        if kind == "instances":
            yield 1.0, instances[(label,)] - endpoints[(label,)] / row["max_gang"]
            yield from self._shared_margins(label, peers, instances)
            return
        joined = sum((n for (g, s), n in self._powered.items() if self._of(g, s, row)), start=self._zero)
        yield 1.0, sum((endpoints[(f,)] for f in peers), start=self._zero) - joined
        for most in {o["max_gang"] for o in peers.values() if o["max_gang"] < row["max_gang"]}:
            able = sum((endpoints[(f,)] for f, o in peers.items() if o["max_gang"] > most), start=self._zero)
            yield 1.0, able - self._largest(row, most, count=False)

    def _shared_margins(
        self, label: str, peers: dict[str, dict[str, Any]], instances: dict[tuple[Any, ...], Series]
    ) -> Iterator[Margin]:
        """N2 of every fabric of the family: what its instances and those of the others hold of large gangs."""
        for f, row in peers.items():
            for k in SHARES:
                least = row["max_gang"] // k + 1
                holds = {o: k - 1 if o == f else peers[o]["max_gang"] // least for o in peers}
                held = sum((each * instances[(o,)] for o, each in holds.items()), start=self._zero)
                yield float(holds[label]), held - self._largest(row, row["max_gang"] / k, count=True)

    def _of(self, accelerator: str, site: str, fabric: dict[str, Any]) -> bool:
        """Whether accelerators of a type at a site are joined by the fabric's family."""
        family = self.r.case.accelerators[accelerator]["fabric_family"]
        return bool(site == fabric["site"] and family == fabric["family"])

    def _largest(self, fabric: dict[str, Any], above: float, *, count: bool) -> Series:
        """Number or size of the gangs larger than `above` at a fabric's site and family, the most in any slot."""
        most = self._zero.copy()
        for slot in self.calendar.slots:
            present = self._present(slot.start, slot.end)
            sizes = [x.n for x in present if x.n > above and self._of(x.accelerator, x.site, fabric)]
            most[slot.period] = max(most[slot.period], len(sizes) if count else sum(sizes))
        return most

    def _link_margins(self, kind: str, label: str) -> Iterator[Margin]:
        link = label if kind == "link" else label.partition(".")[0]
        flows = self.r.by_period("flow", "link", "direction")
        ways = [flows.get((link, way), self._zero) for way in ("ab", "ba")]
        if kind == "link":
            yield 1.0, np.where(sum(ways) > TOLERANCE, 0.0, np.inf)
            return
        tbps = next(r["tbps"] for r in self.r.inputs.rows("link_modules") if f"{r['link']}.{r['module']}" == label)
        shared = self.r.case.inputs.by_id("links", "link")[link]["capacity"] == "shared"
        for flow in [ways[0] + ways[1]] if shared else ways:
            yield tbps, self.r.by_period("link_tbps", "link")[(link,)] - flow
