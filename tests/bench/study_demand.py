"""What is asked for in a generated study: types of accelerators, teams, runs, experiments.

Months count from the horizon's start. Speeds and prices start from a type like GB300 in mid 2025; FLOP a dollar and
FLOP a joule grow by 1.3 a year, which is near the trends that `scenarios/meta-compute` names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from random import Random
from statistics import linear_regression
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.generate import Size

Row = dict[str, Any]
Tables = dict[str, list[Row]]

FIRST_YEAR = 2026
ZFLOP_PER_PFLOPS_MONTH = 2.6298  # 1e15 FLOP/s for 730.5 h
SHORT = 20  # quarters: a longer horizon starts from smaller runs, and its types are sold for longer
FIRST_FLAGSHIP_ZFLOP = 400_000.0, 200_000.0  # of a short and of a longer horizon
RENT_USD_PER_ZFLOP, RENT_FALL = 1600.0, 1.3  # of the first year, and its yearly fall
USEFUL = {"fp8": 0.35, "bf16": 0.42}  # utilisation
GOODPUT = ((16384, 0.95), (131072, 0.92), (None, 0.88))
STREAMS_OVER_RUNS = 2.0  # PFLOP/s that experiments ask for over what the runs take on average
STREAM_WORTH = 0.6  # of the year's rent


def date_of(month: int) -> str:
    """The date of a month counted from the horizon's start."""
    return f"{FIRST_YEAR + month // 12:04d}-{month % 12 + 1:02d}"


def rounded(value: float, digits: int = 3) -> float:
    """A figure with so many significant digits."""
    return float(f"{value:.{digits}g}")


def fp8_pflops(release: float) -> float:
    """Dense peak in FP8, PFLOP/s, of the type of a month."""
    return 5.0 * math.pow(1.41, release / 12 + 0.5)


def kw(release: float) -> float:
    """Provisioned power, kW, of the type of a month: what it does a joule grows by 1.3 a year."""
    return 1.8 * math.pow(1.41 / 1.3, release / 12 + 0.5)


def price_usd(release: float) -> float:
    """Price, USD, of the type of a month: what it does a dollar grows by 1.3 a year."""
    return 54_000 * math.pow(1.41 / 1.3, release / 12 + 0.5)


@dataclass(frozen=True, slots=True)
class Type:
    """A type of accelerator: in volume from month `release`, ordered until `last_order`; power in kW, price in USD."""

    name: str
    family: str
    release: int
    last_order: int
    fp8_pflops: float
    kw: float
    price: float
    cooling: str
    lead: int
    bring_up: int


class Demand:
    """Types, runs and what they ask for by year; draws in a fixed order."""

    def __init__(self, size: Size, draw: Random) -> None:
        self.size, self.draw = size, draw
        self.months = 3 * size.quarters
        self.years = self.months // 12
        self.sites = [f"campus_{i + 1}" for i in range(big_sites(size.sites))]
        self.big = list(self.sites)
        self.sites += [f"site_{i + 1}" for i in range(size.sites - len(self.big))]
        self.types = [self._type(i) for i in range(size.types)]
        self.teams = [f"team_{k + 1}" for k in range(size.teams)]
        self.runs = self._runs()

    def _type(self, i: int) -> Type:
        """The first stands since before the horizon; the last comes a year and a half before its end."""
        first, last = -18, self.months - 18
        release = round((first + (last - first) * i / (self.size.types - 1)) / 3) * 3
        second = i % 3 == 2  # a second vendor: slower, cheaper
        return Type(
            f"{'b' if second else 'a'}{i + 1}",
            "amd" if second else "nv",
            release,
            release + (24 if self.size.quarters <= SHORT else 36),
            rounded(fp8_pflops(release) * (0.9 if second else 1.0)),
            rounded(kw(release), 2),
            round(price_usd(release) * (0.8 if second else 1.0), -2),
            "air" if i == 0 else "liquid",
            self.draw.choice((6, 8, 9)),
            self.draw.choice((1, 1, 2)) if i else 0,
        )

    def rent(self, year: int) -> float:
        """USD a ZFLOP in a year of the horizon."""
        return RENT_USD_PER_ZFLOP * RENT_FALL**-year

    def _runs(self) -> list[Row]:
        """A flagship of each team and year, and smaller runs beside them."""
        draw, size = self.draw, self.size
        rows = []
        per_year = [size.runs * (y + 1) // self.years - size.runs * y // self.years for y in range(self.years)]
        flagship = [FIRST_FLAGSHIP_ZFLOP[size.quarters > SHORT] * 0.7**k for k in range(size.teams)]
        for year, count in enumerate(per_year):
            for i in range(count):
                k = i % size.teams
                rows.append(self._run(f"r{year + 1:02d}_{i + 1:03d}", k, year, flagship[k], i < size.teams))
            flagship = [zflop * draw.uniform(*size.growth) for zflop in flagship]
        return rows

    def _run(self, name: str, k: int, year: int, flagship: float, large: bool) -> Row:
        draw = self.draw
        zflop = flagship * (1.0 if large else 0.05 * 8 ** draw.random())  # 5 to 40 % of the flagship
        durations = [6, 9, 12] if large else draw.choice(([3, 6], [3, 6, 9], [6, 9, 12]))
        earliest = 12 * year + 3 * draw.randrange(4)
        latest = min(earliest + (12 if large else draw.choice((18, 24))), self.months - 3)
        worth = 3.0 if large else 0.4 * 7 ** draw.random()  # times the rent: 0.4 to 2.8
        return {
            "run": name,
            "team": self.teams[k],
            "flop_zflop": rounded(zflop),
            "number_format": "bf16" if draw.random() < 0.25 else "fp8",
            "durations_months": durations,
            "eligible": self._eligible(earliest, latest),
            "sites": self._where(large),
            "earliest": date_of(earliest),
            "due": date_of(earliest + durations[1] + 3),
            "latest": date_of(latest),
            "value_musd": rounded(zflop * worth * self.rent(year) / 1e6),
            "value_loss_per_month": round(draw.uniform(0.02, 0.0875), 4),
        }

    def _eligible(self, earliest: int, latest: int) -> list[str]:
        """Two to four types of the era: in volume by the last start, not older than five years at the first."""
        era = [t.name for t in self.types if t.release <= latest and earliest < t.last_order + 36]
        return era[-self.draw.choice((2, 3, 4, 4, 4)) :]

    def _where(self, large: bool) -> list[str] | None:
        """Gigawatt campuses for the largest, all sites for most, some for the others."""
        if large:
            return list(self.big)
        if self.draw.random() < 0.7:
            return None
        chosen = set(self.draw.sample(self.sites, max(2, len(self.sites) * 2 // 3)))
        return [s for s in self.sites if s in chosen]

    def run_pflops(self, year: int) -> float:
        """PFLOP/s that the runs of a year need on average, on their trend: what is built does not jump with the draws.

        Behind the horizon, where nothing more is asked for, half as much again.
        """
        if year >= self.years:
            return 1.5 * self.run_pflops(self.years - 1)
        slope, level = self._trend
        return math.exp(level + slope * year)

    @cached_property
    def _trend(self) -> tuple[float, float]:
        """Slope and level of the logarithm of the PFLOP/s that each year's runs need on average."""
        asked = [0.0] * self.years
        for run in self.runs:
            asked[int(run["earliest"][:4]) - FIRST_YEAR] += run["flop_zflop"] / 12 / ZFLOP_PER_PFLOPS_MONTH
        slope, level = linear_regression(range(self.years), [math.log(pflops) for pflops in asked])
        return slope, level

    def stream_pflops(self, year: int) -> float:
        """PFLOP/s that all experiments ask for in a year."""
        return STREAMS_OVER_RUNS * self.run_pflops(year)

    def units(self, year: int) -> float:
        """Accelerators of the newest type by the middle of the year that would serve everything asked for."""
        return (self.run_pflops(year) + self.stream_pflops(year)) / fp8_pflops(12 * year) / USEFUL["fp8"]


def big_sites(sites: int) -> int:
    """How many of the sites are campuses of a gigawatt and more."""
    return max(2, round(0.4 * sites))


def demand_tables(d: Demand) -> Tables:
    """teams, runs, mfu and the tables of the streams."""
    mfu = [
        {"accelerator": t.name, "number_format": f, "gang_size": n, "mfu": USEFUL[f], "goodput": goodput}
        for t in d.types
        for f in USEFUL
        for n, goodput in GOODPUT
    ]
    return {"teams": [{"team": team} for team in d.teams], "runs": d.runs, "mfu": mfu, **_streams(d)}


def _streams(d: Demand) -> Tables:
    """Experiments of the first teams: each year's further ones are worth a share of that year's rent."""
    streams: list[Row] = []
    demand: list[Row] = []
    segments: list[Row] = []
    share = 1.0 / d.size.streams
    for k in range(d.size.streams):
        name = f"experiments_{k + 1}"
        eligible = [t.name for t in d.types]
        streams.append({"stream": name, "team": d.teams[k], "number_format": "fp8", "eligible": eligible})
        reach = 0.0
        for year in range(d.years):
            ceiling = rounded(max(share * d.stream_pflops(year), reach * 1.05))
            demand.append({"stream": name, "from": date_of(12 * year), "ceiling_pflops": ceiling})
            worth = d.rent(year) * STREAM_WORTH * ZFLOP_PER_PFLOPS_MONTH / 1e6
            segments.append({"stream": name, "up_to_pflops": ceiling, "musd_per_pflops_month": rounded(worth)})
            reach = ceiling
    return {"streams": streams, "stream_demand": demand, "stream_segments": segments}
