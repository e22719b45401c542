"""The rule that makes the runs of `meta-compute` and what its experiments ask for.

`python tests/scenarios/meta_runs.py` writes scenarios/meta-compute/{runs,stream_demand,stream_segments}.csv again; a
test holds the committed files to it. README.md of the scenario states the rule in words.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "scenarios" / "meta-compute"
SEED = 2026
YEARS = range(2026, 2031)
SECONDS_PER_MONTH = 2_629_800

FIRST_FLAGSHIP_ZFLOP = 4e5  # superintelligence, 2026
TEAMS = {"superintelligence": 1.0, "product": 0.5, "research": 0.3, "infrastructure": 0.2}  # of that, each team's first
FORMAT = {"superintelligence": "fp8", "product": "fp8", "research": "bf16", "infrastructure": "bf16"}
GROWTH = (2.0, 5.0, 3.5)  # a year: least, most, likeliest
SMALLER = 3  # beside each flagship
SMALLER_SHARE = (0.03, 0.30)  # of the flagship of its team and year, log-uniform
FIRST_MONTHS = {"flagship": (1, 6), "smaller": (1, 9)}  # of the year, in which the window opens
DURATIONS = {"flagship": (4, 6, 9), "smaller": (2, 4)}
WINDOW = 6  # months in which it may start
EXPERIMENTS_PER_RUN = 9.0  # a tenth of a team's compute is in its runs
HALVES = {1: 3.5**-0.25, 7: 3.5**0.25}  # of a year's rate, from January and from July: at the likeliest growth

RENT_USD_PER_H100_HOUR = 2.35  # one year, 2026-03
CHEAPER_A_YEAR = {"fp8": 1.3, "bf16": 1.1}  # by how much hardware gets cheaper a FLOP of the format
H100_PFLOPS = 0.9894 * 0.41  # BF16, at the default utilisation
# k: what a run or an experiment is worth over its compute at the reference rent
PRIORITY = {"superintelligence": 3.0, "product": 3.0, "research": 2.0, "infrastructure": 2.0}  # flagships
PRIORITY_OF_SMALLER = 1.5
PRIORITY_OF_EXPERIMENTS = 1.0
# Spare compute: the rent at which the market takes each further 100,000 H100 (or what equals them at BF16), and
# how many it takes by year at such a rent, which newer types undercut.
SPARE_USD_PER_H100_HOUR = (3.0, 2.5, 2.0)
SPARE_STEP = 100_000
SPARE_HOURS = 0.7  # of the hours offered find a taker
SPARE_H100 = {2026: 300_000, 2027: 300_000, 2028: 150_000, 2029: 75_000, 2030: 37_500}
HOURS_PER_MONTH = 730.5
LOSS_PER_MONTH = 0.0875  # algorithms need a third of the compute each year

# What a year's runs can use: types in the order of their launch, and where they may stand by then.
TYPES = {
    "fp8": {
        2026: ("gb200", "gb300"),
        2027: ("gb300", "vr200", "mi455x"),
        2028: ("gb300", "vr200", "mi455x"),
        2029: ("vr200", "mi455x", "next28"),
        2030: ("vr200", "next28"),
    },
    "bf16": {
        2026: ("h100", "gb200", "gb300"),
        2027: ("gb200", "gb300", "mi355x"),
        2028: ("gb300", "vr200"),
        2029: ("vr200", "next28"),
        2030: ("vr200", "next28"),
    },
}
PLACES = {
    2026: ("prometheus", "converted", "albany_region"),
    2027: ("prometheus", "unnamed", "albany_region"),
    2028: ("prometheus", "unnamed", "el_paso", "lebanon", "albany_region"),
    2029: ("hyperion", "el_paso", "lebanon", "unnamed", "midwest"),
    2030: ("hyperion", "el_paso", "lebanon", "greenfield", "midwest"),
}
PLACES_OF_SMALLER = {
    2026: ("prometheus", "albany_leased", "converted", "neocloud"),
    2027: ("prometheus", "albany_leased", "converted", "unnamed"),
    2028: ("prometheus", "unnamed", "el_paso", "lebanon"),
    2029: ("hyperion", "el_paso", "lebanon", "unnamed"),
    2030: ("hyperion", "el_paso", "lebanon", "greenfield"),
}
RUN_COLUMNS = (
    "run", "title", "team", "flop_zflop", "number_format", "durations_months", "eligible", "sites", "earliest", "due",
    "latest", "value_musd", "value_loss_per_month", "source", "assumption",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run of a team and year: `number` 0 is the flagship."""

    team: str
    year: int
    number: int
    zflop: float
    first_month: int

    @property
    def kind(self) -> str:
        return "smaller" if self.number else "flagship"

    @property
    def k(self) -> float:
        return PRIORITY_OF_SMALLER if self.number else PRIORITY[self.team]


def rent_usd_per_zflop(year: int, number_format: str) -> float:
    """The reference: an H100-hour's rent over the ZFLOP it does, falling as hardware gets cheaper."""
    per_pflop = RENT_USD_PER_H100_HOUR / (H100_PFLOPS * 3600)
    return per_pflop * 1e6 / CHEAPER_A_YEAR[number_format] ** (year - YEARS[0])


def draw() -> list[Run]:
    """Sizes and windows of all runs, from one seed."""
    dice, runs = random.Random(SEED), []
    for team, share in TEAMS.items():
        flagship = FIRST_FLAGSHIP_ZFLOP * share
        for year in YEARS:
            if year > YEARS[0]:
                flagship *= dice.triangular(*GROWTH)
            low, high = SMALLER_SHARE
            for number in range(1 + SMALLER):
                zflop = flagship * (low * (high / low) ** dice.random() if number else 1.0)
                first = dice.randint(*FIRST_MONTHS["smaller" if number else "flagship"])
                runs.append(Run(team, year, number, float(f"{zflop:.3g}"), first))
    return runs


def month(year: int, number: int) -> str:
    """YYYY-MM of the number-th month from January of a year."""
    return f"{year + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}"


def run_row(run: Run) -> dict[str, object]:
    """A run as a row of runs.csv."""
    durations, name = DURATIONS[run.kind], f"{run.team}_{run.year}" + (f"_{run.number}" if run.number else "")
    fmt = FORMAT[run.team]
    types = TYPES[fmt][run.year]
    places = (PLACES_OF_SMALLER if run.number else PLACES)[run.year]
    size = f"a share of {run.zflop:g} ZFLOP" if run.number else f"{run.zflop:g} ZFLOP"
    rent = rent_usd_per_zflop(run.year, fmt)
    value = run.k * run.zflop * rent / 1e6
    why = (
        f"by rule (README): {size}; value {run.k:g} x its compute at {rent:.0f} USD a ZFLOP; "
        f"window of {WINDOW} months, due when the longest duration from its start would end"
    )
    return {
        "run": name,
        "title": f"{run.team.capitalize()}, {f'smaller run {run.number}' if run.number else 'flagship'}, {run.year}",
        "team": run.team,
        "flop_zflop": f"{run.zflop:.0f}",
        "number_format": fmt,
        "durations_months": ";".join(map(str, durations)),
        "eligible": ";".join(types),
        "sites": ";".join(places),
        "earliest": month(run.year, run.first_month),
        "due": month(run.year, run.first_month + durations[-1]),
        "latest": month(run.year, run.first_month + WINDOW - 1),
        "value_musd": f"{value:.1f}",
        "value_loss_per_month": LOSS_PER_MONTH,
        "source": "",
        "assumption": why,
    }


def experiments() -> dict[str, dict[int, int]]:
    """PFLOP/s a team's experiments ask for, by year: a stated multiple of its runs' compute, over the year."""
    rate: dict[str, dict[int, int]] = {team: dict.fromkeys(YEARS, 0) for team in TEAMS}
    for team, years in rate.items():
        for year in years:
            zflop = sum(run.zflop for run in draw() if (run.team, run.year) == (team, year))
            years[year] = round(EXPERIMENTS_PER_RUN * zflop * 1e6 / (12 * SECONDS_PER_MONTH))
    return rate


def demand_rows() -> list[dict[str, object]]:
    """The ceilings of the experiment streams by year, as rows of stream_demand.csv."""
    why = f"by rule (README): {EXPERIMENTS_PER_RUN:g} times the compute of the team's runs of the year"
    spare = "by rule (README): {n:,} H100 or their equal at BF16 find takers at 2 USD an hour or more"
    asked = [
        (f"experiments_{team}", month(year, first), round(rate * part), why)
        for team, years in experiments().items()
        for year, rate in years.items()
        for first, part in HALVES.items()
    ]
    asked += [("spare", month(year, 1), round(n * H100_PFLOPS), spare.format(n=n)) for year, n in SPARE_H100.items()]
    return [
        {"stream": stream, "from": start, "ceiling_pflops": rate, "source": "", "assumption": note}
        for stream, start, rate, note in asked
    ]


def segment_rows() -> list[dict[str, object]]:
    """Worth of the experiments: each year's further PFLOP/s at that year's rent, as rows of stream_segments.csv."""
    worth: list[tuple[str, float, float, str]] = []
    for team, years in experiments().items():
        for year, rate in years.items():
            rent = PRIORITY_OF_EXPERIMENTS * rent_usd_per_zflop(year, FORMAT[team]) * SECONDS_PER_MONTH / 1e6
            # the last year's rent holds as far again, for variants that ask for more
            end = rate * HALVES[7] * (2 if year == YEARS[-1] else 1)
            why = f"what {year} asks for beyond the year before, at {year}'s rent (k = {PRIORITY_OF_EXPERIMENTS:g})"
            worth.append((f"experiments_{team}", end, rent, why))
    for i, usd in enumerate(SPARE_USD_PER_H100_HOUR, 1):
        why = f"{usd:g} USD an hour, {SPARE_HOURS:g} of the hours let, for the {i}. {SPARE_STEP:,} H100"
        rent = SPARE_HOURS * usd * HOURS_PER_MONTH / H100_PFLOPS
        worth.append(("spare", i * SPARE_STEP * H100_PFLOPS, rent, why))
    return [
        {
            "stream": stream,
            "up_to_pflops": round(end),
            "musd_per_pflops_month": f"{rent / 1e6:.6f}",
            "source": "",
            "assumption": f"by rule (README): {why}",
        }
        for stream, end, rent, why in worth
    ]


def text(rows: list[dict[str, object]]) -> str:
    """Rows as the text of a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def files() -> dict[str, str]:
    """The files the rule makes, by name."""
    return {
        "runs.csv": text([run_row(run) for run in draw()]),
        "stream_demand.csv": text(demand_rows()),
        "stream_segments.csv": text(segment_rows()),
    }


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
