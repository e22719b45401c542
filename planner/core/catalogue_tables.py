"""The catalogues under `data/`: facts that many scenarios share, one CSV each.

A scenario row whose `catalogue` names a row here (by `id` or by one of its `alias` names) takes from it the
cells it leaves empty. An empty catalogue cell is unknown, never zero. Every row says where its figures come
from (`source`) and how far to trust them (`confidence`).
"""

from __future__ import annotations

from collections.abc import Mapping

from planner.core.declare import Column, Kind, Table
from planner.core.rules import not_above

CONFIDENCE = ("measured", "published", "estimate", "memory")
FORMATS = ("bf16", "fp8", "fp4")

_NAMES = (
    Column("id", "id", "name of the row in this catalogue"),
    Column("alias", "text", "other names of the same thing, separated by `;`", "", None),
    Column("name", "text", "name to show"),
)
_TRUST = (
    Column("as_of", "text", "date or period the figures are for", "", None),
    Column("source", "text", "citation"),
    Column(
        "confidence",
        "choice",
        "`measured` by its operator, `published`, an `estimate`, or from `memory` of a publication",
        choices=CONFIDENCE,
    ),
    Column("notes", "text", "what a reader of the figures should know", "", None),
)


def _amount(name: str, meaning: str, unit: str, *, low_open: bool = False, kind: Kind = "number") -> Column:
    """An optional non-negative figure; empty is unknown."""
    return Column(name, kind, meaning, unit, None, low=0, low_open=low_open)


def _ranged(name: str, meaning: str, unit: str) -> tuple[Column, Column, Column]:
    """A figure with the low and high end of what is published."""
    return (
        _amount(name, meaning, unit),
        _amount(f"{name}_low", f"low end: {meaning}", unit),
        _amount(f"{name}_high", f"high end: {meaning}", unit),
    )


ACCELERATORS = Table(
    "accelerators",
    "Accelerator types.",
    ("id",),
    (
        *_NAMES,
        Column("vendor", "text", "who makes it", "", None),
        Column("launch_date", "date", "first volume availability, as far as known", "", None),
        _amount("bf16_dense_tflops", "dense peak at BF16 (FP16 where there is no BF16)", "TFLOP/s", low_open=True),
        _amount("fp8_dense_tflops", "dense peak at FP8", "TFLOP/s", low_open=True),
        _amount("fp4_dense_tflops", "dense peak at FP4", "TFLOP/s", low_open=True),
        _amount("memory_gb", "memory of one accelerator", "GB", low_open=True),
        _amount("memory_bw_tb_s", "memory bandwidth of one accelerator", "TB/s", low_open=True),
        _amount("tdp_w", "thermal design power of the accelerator alone", "W"),
        *_ranged("provisioned_kw", "IT power provisioned for one accelerator with its share of the server", "kW"),
        Column("cooling", "choice", "the cooling it needs", "", None, choices=("air", "liquid", "either")),
        Column(
            "lot_size",
            "integer",
            "accelerators in one lot (server, rack or scalable unit)",
            "accelerators",
            None,
            low=1,
        ),
        Column("accelerators_per_server", "integer", "accelerators in one server", "accelerators", None, low=1),
        Column("accelerators_per_rack", "integer", "accelerators in one rack", "accelerators", None, low=1),
        Column("scaleup_domain", "integer", "accelerators joined by the scale-up network", "accelerators", None, low=1),
        _amount("nic_gbps", "scale-out network of one accelerator", "Gb/s"),
        *_ranged("price_usd", "price of one accelerator with its share of the server", "USD"),
        _amount("cloud_on_demand_usd_h", "rent on demand", "USD/accelerator/hour"),
        _amount("cloud_1yr_usd_h", "rent reserved for one year", "USD/accelerator/hour"),
        _amount("cloud_3yr_usd_h", "rent reserved for three years", "USD/accelerator/hour"),
        Column("power_confidence", "choice", "how far to trust the power", "", None, choices=CONFIDENCE),
        Column("price_confidence", "choice", "how far to trust the prices", "", None, choices=CONFIDENCE),
        Column(
            "mfu_class", "id", "class of accelerators in data/mfu.csv, used where that has no row for the id", "", None
        ),
        *_TRUST,
    ),
    rules=(not_above("price_usd_low", "price_usd_high"), not_above("provisioned_kw_low", "provisioned_kw_high")),
)
FABRICS = Table(
    "fabrics",
    "Fabrics: networks that join accelerators inside a site.",
    ("id",),
    (
        *_NAMES,
        Column("vendor", "text", "who makes it", "", None),
        Column(
            "max_gang",
            "integer",
            "accelerators one instance can join: the largest gang the tier carries",
            "accelerators",
            None,
            low=1,
        ),
        Column("tiers", "integer", "levels of switches", "", None, low=0),
        _amount("nic_gbps", "speed of one endpoint", "Gb/s"),
        *_ranged("price_usd_per_endpoint", "price of one endpoint with its share of switches and cables", "USD"),
        *_TRUST,
    ),
    rules=(not_above("price_usd_per_endpoint_low", "price_usd_per_endpoint_high"),),
)
HALLS = Table(
    "halls",
    "Halls: kinds of buildings that house and cool.",
    ("id",),
    (
        *_NAMES,
        Column("cooling", "choice", "what it can cool", "", None, choices=("air", "liquid", "either")),
        _amount("module_mw", "MW of IT of one module", "MW", low_open=True),
        _amount("lead_time_months", "order to energised", "months", kind="integer"),
        _amount("lead_time_months_low", "low end: order to energised", "months", kind="integer"),
        _amount("lead_time_months_high", "high end: order to energised", "months", kind="integer"),
        *_ranged("price_musd_per_mw", "price per MW of IT", "M$/MW"),
        *_TRUST,
    ),
    rules=(
        not_above("lead_time_months_low", "lead_time_months_high"),
        not_above("price_musd_per_mw_low", "price_musd_per_mw_high"),
    ),
)
POWER_SOURCES = Table(
    "power_sources",
    "Power at the meter: grid connections and plants by region.",
    ("id",),
    (
        *_NAMES,
        _amount("lead_time_months", "order to energised", "months", kind="integer"),
        _amount("lead_time_months_low", "low end: order to energised", "months", kind="integer"),
        _amount("lead_time_months_high", "high end: order to energised", "months", kind="integer"),
        *_ranged("price_musd_per_mw", "price per MW at the meter", "M$/MW"),
        *_ranged("energy_usd_per_mwh", "price of energy", "USD/MWh"),
        *_TRUST,
    ),
    rules=(
        not_above("lead_time_months_low", "lead_time_months_high"),
        not_above("price_musd_per_mw_low", "price_musd_per_mw_high"),
        not_above("energy_usd_per_mwh_low", "energy_usd_per_mwh_high"),
    ),
)
TRAINING_RUNS = Table(
    "training_runs",
    "Published training runs.",
    ("id",),
    (
        Column("id", "id", "name of the row in this catalogue"),
        Column("alias", "text", "other names of the same run, separated by `;`", "", None),
        Column("model", "text", "name of the model"),
        Column("org", "text", "who trained it", "", None),
        Column("team", "text", "team inside the organisation", "", None),
        Column("train_start", "text", "start of training (YYYY, YYYY-MM or YYYY-MM-DD)", "", None),
        Column("train_end", "text", "end of training (YYYY, YYYY-MM or YYYY-MM-DD)", "", None),
        Column("release_date", "text", "date of publication (YYYY, YYYY-MM or YYYY-MM-DD)", "", None),
        _amount("params_b", "parameters in total", "1e9", low_open=True),
        _amount("params_active_b", "parameters active per token", "1e9", low_open=True),
        _amount("tokens_b", "training tokens", "1e9", low_open=True),
        _amount(
            "flop_zflop",
            "compute to plan for: 6 * active params * tokens unless the notes say otherwise",
            "ZFLOP",
            low_open=True,
        ),
        _amount("flop_reported_zflop", "compute as published", "ZFLOP", low_open=True),
        Column("accelerator", "id", "row of data/accelerators.csv it ran on", "", None),
        Column("accel_count", "integer", "accelerators used", "accelerators", None, low=1),
        _amount("wall_days", "elapsed time", "days", low_open=True),
        _amount("accel_hours", "accelerator-hours", "hours", low_open=True),
        Column("mfu_reported", "number", "model FLOP utilisation as published", "", None, low=0, high=1, low_open=True),
        Column(
            "hfu_reported", "number", "hardware FLOP utilisation as published", "", None, low=0, high=1, low_open=True
        ),
        Column(
            "mfu_implied",
            "number",
            "compute over peak times accelerator-hours, all losses included",
            "",
            None,
            low=0,
            high=1,
            low_open=True,
        ),
        Column("flags", "text", "how the row's own figures agree with each other", "", None),
        Column("source", "text", "citation"),
        Column("confidence", "choice", "how far to trust the figures", choices=CONFIDENCE),
        Column("notes", "text", "what a reader of the figures should know", "", None),
    ),
)
MFU = Table(
    "mfu",
    "Default utilisation by accelerator: used where a scenario states none for a type.",
    ("accelerator", "number_format"),
    (
        Column("accelerator", "id", "id, or class (`mfu_class`), of data/accelerators.csv"),
        Column("number_format", "choice", "format of the matrix products", choices=FORMATS),
        Column(
            "mfu", "number", "model FLOP utilisation against the format's dense peak", "", low=0, high=1, low_open=True
        ),
        *_TRUST,
    ),
)
RENTAL_PRICES = Table(
    "rental_prices",
    "What an accelerator was let for, by date: no row fills a cell, scenarios quote them for their leases.",
    ("accelerator", "date", "provider"),
    (
        Column("accelerator", "id", "row of data/accelerators.csv"),
        Column("date", "date", "date of the price list"),
        Column("provider", "text", "who let it"),
        _amount("on_demand_usd_h", "rent on demand", "USD/accelerator/hour"),
        _amount("reserved_1yr_usd_h", "rent reserved for one year", "USD/accelerator/hour"),
        _amount("reserved_3yr_usd_h", "rent reserved for three years", "USD/accelerator/hour"),
        Column("source", "text", "citation"),
        Column("confidence", "choice", "how far to trust the figures", choices=CONFIDENCE),
    ),
)
CATALOGUES: Mapping[str, Table] = {
    t.name: t for t in (ACCELERATORS, FABRICS, HALLS, POWER_SOURCES, TRAINING_RUNS, MFU, RENTAL_PRICES)
}
