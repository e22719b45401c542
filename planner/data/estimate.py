"""What one training run takes: from parameters and tokens to accelerator-hours, days, energy and money.

Back-of-the-envelope figures for one run, each with its formula and the source of what goes in. The planner's own
sizes come from the same formula (`planner.data.sizing`), rounded up to whole gangs and months.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.core.errors import InputError, Problem
from planner.core.units import HOURS_PER_MONTH, KW_PER_MW, USD_PER_MUSD
from planner.data.catalogues import Catalogue, default_mfu_row, read_catalogue

SECONDS_PER_HOUR, HOURS_PER_DAY, TFLOP = 3600.0, 24.0, 1e12
FORMATS = ("bf16", "fp8", "fp4")
KAPLAN = "6 FLOP per parameter and token: Kaplan et al. 2020, arXiv 2001.08361"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an estimate: value, unit, the formula it comes from, and the source of its inputs."""

    name: str
    value: float
    unit: str
    formula: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: compute (or parameters and tokens), type, format, count or days, and how well it runs.

    `mfu=None` takes the catalogue's default for the type and format. `life_months` and `busy` say over how much use an
    owned accelerator's price is spread.
    """

    accelerator: str
    flop: float | None = None
    params: float | None = None
    tokens: float | None = None
    number_format: str = "bf16"
    count: int | None = None
    days: float | None = None
    mfu: float | None = None
    goodput: float = 1.0
    pue: float = 1.1
    average_draw: float = 0.76
    usd_per_mwh: float = 70.0
    life_months: int = 60
    busy: float = 0.8


def estimate(request: Request) -> list[Figure]:
    """The figures of a run, in the order they follow from each other.

    Raises
    ------
    InputError
        With every problem: an unknown type, no compute, neither count nor days, a peak or MFU nobody knows.
    """
    catalogue = read_catalogue("accelerators")
    row = catalogue.find(request.accelerator)
    problems = _problems(request, catalogue, row)
    if row is None or problems:
        raise InputError(problems)
    figures = [_compute(request)]
    mfu = _mfu(request, row)
    peak = float(row[f"{request.number_format}_dense_tflops"])
    figures += [Figure("peak", peak, "TFLOP/s", f"dense, {request.number_format}", str(row["source"])), mfu]
    useful = f"peak * MFU * goodput {request.goodput:g}"
    hours = figures[0].value / (peak * TFLOP * mfu.value * request.goodput * SECONDS_PER_HOUR)
    figures.append(Figure("accelerator-hours", hours, "h", f"FLOP / ({useful} * 3600 s)"))
    count = request.count if request.count is not None else hours / (request.days or 1.0) / HOURS_PER_DAY
    days = hours / count / HOURS_PER_DAY
    if request.count is not None:
        figures.append(Figure("days", days, "days", f"accelerator-hours / {request.count:,} accelerators / 24"))
    else:
        figures.append(Figure("accelerators", count, "", f"accelerator-hours / {request.days:g} days / 24"))
    return figures + _energy(request, row, hours) + _rent(row, hours) + _owned(request, row, hours)


def _problems(request: Request, catalogue: Catalogue, row: Mapping[str, Any] | None) -> list[Problem]:
    problems = []
    if row is None:
        near = catalogue.nearest(request.accelerator)
        message = "names no row of data/accelerators.csv"
        problems.append(Problem("unknown_accelerator", message, path="accelerator", got=request.accelerator, near=near))
    elif row[f"{request.number_format}_dense_tflops"] is None:
        known = [name for name in FORMATS if row[f"{name}_dense_tflops"] is not None]
        message = f"has no known peak at {request.number_format}; it has one at {' and '.join(known) or 'no format'}"
        problems.append(Problem("peak_unknown", message, path="accelerator", got=request.accelerator))
    elif request.mfu is None and default_mfu_row(str(row["id"]), request.number_format) is None:
        message = f"no default is known for {row['id']} at {request.number_format}: give mfu"
        problems.append(Problem("mfu_unknown", message, path="mfu"))
    if (request.flop is None) == (request.params is None and request.tokens is None) or (request.params is None) != (
        request.tokens is None
    ):
        problems.append(Problem("flop_given_one_way", "give either flop, or params and tokens", path="flop"))
    if (request.count is None) == (request.days is None):
        problems.append(Problem("count_or_days", "give either count or days", path="count"))
    return problems


def _compute(request: Request) -> Figure:
    if request.flop is not None:
        return Figure("compute", request.flop, "FLOP", "as given")
    params, tokens = request.params or 0.0, request.tokens or 0.0
    return Figure("compute", 6.0 * params * tokens, "FLOP", f"6 * {params:g} parameters * {tokens:g} tokens", KAPLAN)


def _mfu(request: Request, row: Mapping[str, Any]) -> Figure:
    if request.mfu is not None:
        return Figure("MFU", request.mfu, "", "as given")
    default = default_mfu_row(str(row["id"]), request.number_format)
    assert default is not None  # reported as a problem before
    return Figure("MFU", float(default["mfu"]), "", "default of data/mfu.csv", str(default["source"]))


def _energy(request: Request, row: Mapping[str, Any], hours: float) -> list[Figure]:
    if row["provisioned_kw"] is None:
        return []
    mwh = hours * float(row["provisioned_kw"]) * request.average_draw * request.pue / KW_PER_MW
    formula = f"hours * {row['provisioned_kw']:g} kW * mean draw {request.average_draw:g} * PUE {request.pue:g} / 1000"
    return [Figure("energy", mwh, "MWh", formula, str(row["source"]))]


def _rent(row: Mapping[str, Any], hours: float) -> list[Figure]:
    names = {"on_demand": "on demand", "1yr": "reserved for a year", "3yr": "reserved for three years"}
    return [
        Figure(
            f"rented {name}",
            hours * price / USD_PER_MUSD,
            "M$",
            f"hours * {price:g} USD/h",
            _rent_source(row, key, price),
        )
        for key, name in names.items()
        if (price := row[f"cloud_{key}_usd_h"]) is not None
    ]


def _rent_source(row: Mapping[str, Any], key: str, price: float) -> str:
    """Who asked this rent and when: the latest row of data/rental_prices.csv that states it."""
    column = {"on_demand": "on_demand_usd_h"}.get(key, f"reserved_{key}_usd_h")
    stated = [
        r for r in read_catalogue("rental_prices").rows.values() if r["accelerator"] == row["id"] and r[column] == price
    ]
    if not stated:
        return str(row["source"])
    latest = max(stated, key=lambda r: str(r["date"]))
    return f"{latest['provider']}, {latest['date']}: {latest['source']} ({latest['confidence']})"


def _owned(request: Request, row: Mapping[str, Any], hours: float) -> list[Figure]:
    if row["price_usd"] is None or row["provisioned_kw"] is None:
        return []
    price = float(row["price_usd"])
    lifetime = request.life_months * HOURS_PER_MONTH * request.busy
    energy = _energy(request, row, hours)[0].value * request.usd_per_mwh / USD_PER_MUSD
    formula = (
        f"hours * {price:,.0f} USD / ({request.life_months} months * 730.5 h * busy {request.busy:g}) "
        f"+ energy at {request.usd_per_mwh:g} USD/MWh (servers only: no building, fabric or staff)"
    )
    return [Figure("owned", hours * price / lifetime / USD_PER_MUSD + energy, "M$", formula, str(row["source"]))]
