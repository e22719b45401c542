"""Who has which accelerators when: runs, streams, what is spare and what nobody uses, month by month; quotas from it.

Everything that is online is told, by type and place:

- a run, or what runs on from before, has its gang from its first month to its finish;
- a stream has its average over the period; inside a period it takes what gangs leave in a month, so that its months
  differ where a gang comes or goes, never add up to more than there is, and average to what the plan serves it with;
- spare: online * (1 - availability), kept for what fails;
- unused: the rest.

What is in service but not powered is not online, and not told here (see the table `use`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner.export.facts.reading import Reading

Series = np.ndarray[Any, np.dtype[np.float64]]
Place = tuple[str, str]  # site or lease, and type
LEAST_UNITS = 1e-6  # accelerators below this are none
NO_TEAM = "no team"  # no id: ids hold no space
RUN, STREAM, SPARE, UNUSED = "run", "stream", "spare", "unused"


@dataclass(frozen=True, slots=True)
class Load:
    """What holds accelerators of a type at a place: a run or a stream of a team."""

    team: str
    kind: str
    name: str
    site: str
    accelerator: str


@dataclass(frozen=True, slots=True)
class Quota:
    """Whole accelerators of a type at a place that a team has; no team: what is left over."""

    team: str | None
    site: str
    accelerator: str
    of_runs: int
    of_streams: int
    left: int = 0

    @property
    def n(self) -> int:
        return self.of_runs + self.of_streams + self.left


class Allotments:
    """The accelerators online and who has them, as series over the months of the horizon, tail included."""

    def __init__(self, r: Reading) -> None:
        self.r = r
        self.calendar = r.case.calendar
        self._lengths = [period.months for period in self.calendar.periods]

    @cached_property
    def online(self) -> dict[Place, Series]:
        """Accelerators online, where there ever are any."""
        found = self.r.by_period("online", "site", "accelerator")
        return {place: self._monthly(units) for place, units in found.items() if units.max() > LEAST_UNITS}

    @cached_property
    def healthy(self) -> dict[Place, Series]:
        """Of what is online, the share that works: what can be given out."""
        types = self.r.case.accelerators
        return {(site, g): types[g]["availability"] * units for (site, g), units in self.online.items()}

    @cached_property
    def gangs(self) -> dict[Load, Series]:
        """What runs hold."""
        held: dict[Load, Series] = defaultdict(lambda: np.zeros(self.calendar.end))
        for gang in self.r.gangs:
            load = Load(gang.team or NO_TEAM, RUN, gang.run, gang.site, gang.accelerator)
            held[load][max(gang.start, 0) : max(gang.finish, 0)] += gang.n
        return dict(held)

    @cached_property
    def streams(self) -> dict[Load, Series]:
        """What streams have: their average over each period, in its months shared out as gangs leave room."""
        found = {}
        for (stream, g, site), units in self.r.by_period("stream_use", "stream", "accelerator", "site").items():
            if units.max() > LEAST_UNITS:
                load = Load(self.r.case.streams[stream]["team"] or NO_TEAM, STREAM, stream, site, g)
                found[load] = self._monthly(units) * self._room[site, g]
        return found

    @cached_property
    def _room(self) -> dict[Place, Series]:
        """What gangs leave in a month, over its mean in the period."""
        room = {}
        for place, units in self.healthy.items():
            held = sum(n for load, n in self.gangs.items() if (load.site, load.accelerator) == place)
            left = np.maximum(units - held, 0.0)
            firsts = [period.start for period in self.calendar.periods]
            mean = self._monthly(np.add.reduceat(left, firsts) / self._lengths)
            room[place] = np.divide(left, mean, out=np.ones_like(left), where=mean > LEAST_UNITS)
        return room

    @cached_property
    def loads(self) -> dict[Load, Series]:
        """Runs and streams."""
        return self.gangs | self.streams

    @cached_property
    def unused(self) -> dict[Place, Series]:
        """What could work and nobody has."""
        found = {}
        for place, units in self.healthy.items():
            held = sum(n for load, n in self.loads.items() if (load.site, load.accelerator) == place)
            found[place] = units - held
        return found

    def _monthly(self, by_period: Any) -> Series:
        return np.repeat(np.asarray(by_period, dtype=float), self._lengths)

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """The months [start, end) between which nothing changes: no period begins, no gang comes or goes."""
        dates = {period.start for period in self.calendar.periods} | {self.calendar.end}
        dates |= {date for gang in self.r.gangs for date in (gang.start, gang.finish) if 0 < date < self.calendar.end}
        return list(zip(sorted(dates), sorted(dates)[1:], strict=False))

    def quotas(self, month: int) -> list[Quota]:
        """What each team has in a month in whole accelerators, and what is left over, by type and place."""
        held: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for load, units in self.loads.items():
            held[load.team, load.site, load.accelerator][load.kind == STREAM] += float(units[month])
        found = [Quota(*key, *(_floor(units) for units in parts)) for key, parts in sorted(held.items())]
        found = [quota for quota in found if quota.n]
        for (site, g), units in self.healthy.items():
            given = sum(quota.n for quota in found if (quota.site, quota.accelerator) == (site, g))
            if (left := _floor(float(units[month]) - given)) > 0:
                found.append(Quota(None, site, g, 0, 0, left))
        return found


def _floor(units: float) -> int:
    return math.floor(units + LEAST_UNITS)
