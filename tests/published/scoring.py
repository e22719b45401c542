"""How well published runs are predicted: the formula, the reports printed by the tests and kept in data/README.md."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from planner.core.units import HOURS_PER_MONTH
from planner.data.catalogues import read_catalogue
from planner.data.sizing import gang_size

Run = Mapping[str, Any]

# The rows that demand_trends, the source of data/mfu.csv, names: the defaults were drawn from these runs.
# Fixed before any score was computed; all other rows are unseen.
SEEN = {
    "ampere": (
        "meta_llama1_7b", "meta_llama1_13b", "meta_llama1_33b", "meta_llama1_65b",
        "meta_llama2_7b", "meta_llama2_13b", "meta_llama2_34b", "meta_llama2_70b",
        "tii_falcon40", "tii_falcon180", "bytedance_megascale",
    ),
    "hopper": ("meta_llama31_405b", "nvidia_nemotron4_340"),
}  # fmt: skip
# The same run with other hours: counted once, with its productive time.
TWICE = ("meta_opt175_elapsed",)
# What the defaults are not for, set apart in the score (total parameters differ from the active ones).
EXPERTS = ("meta_llama4_scout", "meta_llama4_maverick", "deepseek_v3")

# Why published hours and those at the reported utilisation differ.
REASONS = {
    "meta_llama31_405b": "0.41 is a step's; 466 interruptions, ramp and restarts: goodput 0.84",
    "dm_gopher": "0.378 counts attention; compute here is 6ND, a fifth less",
    "goog_palm540": "0.462 is a step's; replays and half the chips at the end: goodput 0.66",
    "thu_glm130": "0.325 is the clean run's; the hours are all of a 60-day window: goodput 0.77",
    "tii_falcon40": "reported against the same hours",
    "bytedance_megascale": "a benchmark of steps, no losses",
    "amazon_titan": "reported against the same hours",
    "openai_gpt4": "estimates that were made to agree",
    "nvidia_nemotron4_15": "0.305 is the low end; ramp from 768 to 2,304 accelerators",
    "nvidia_nemotron4_340": "one clean stage: goodput 0.97",
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """A published run beside its prediction."""

    run: str
    mfu: float
    hours: float
    published: float

    @property
    def ratio(self) -> float:
        """Published over predicted hours: above 1, the run took longer than predicted."""
        return self.published / self.hours


def peak_tflops(run: Run) -> float | None:
    """Dense BF16 peak of what a run ran on; unknown where the catalogue lacks the type."""
    row = read_catalogue("accelerators").find(run["accelerator"]) if run["accelerator"] else None
    return None if row is None else row["bf16_dense_tflops"]


def hours_of(flop_zflop: float, peak: float, mfu: float) -> float:
    """Accelerator-hours of a compute in ZFLOP at a peak in TFLOP/s."""
    return flop_zflop * 1e21 / (3600.0 * peak * 1e12 * mfu)


def sized_hours(flop_zflop: float, peak: float, mfu: float) -> float:
    """The same by the planner's own sizing, as a one-month gang in steps of one accelerator."""
    n = gang_size(flop_zflop, peak / 1e3, [(math.inf, mfu)], 1, 1)
    assert n is not None
    return n * HOURS_PER_MONTH


def runs_with_hours() -> dict[str, Run]:
    """Published runs whose compute, hours and peak are known."""
    rows = read_catalogue("training_runs").rows
    return {i: r for i, r in rows.items() if r["flop_zflop"] and r["accel_hours"] and peak_tflops(r)}


def reported() -> list[Prediction]:
    """Runs with a reported MFU: hours at that MFU against the published ones."""
    found = []
    for i, run in runs_with_hours().items():
        if run["mfu_reported"]:
            hours = hours_of(run["flop_zflop"], peak_tflops(run) or math.nan, run["mfu_reported"])
            found.append(Prediction(i, run["mfu_reported"], hours, run["accel_hours"]))
    return found


def default_of(mfu_class: str) -> float:
    """The shipped default MFU of a class of accelerators at BF16."""
    return float(read_catalogue("mfu").rows[f"{mfu_class}.bf16"]["mfu"])


def by_default(mfu_class: str) -> list[Prediction]:
    """Runs on a class of accelerators: hours at the default MFU against the published ones."""
    types = read_catalogue("accelerators").rows
    mfu = default_of(mfu_class)
    found = []
    for i, run in runs_with_hours().items():
        if types[run["accelerator"]]["mfu_class"] == mfu_class and i not in TWICE:
            hours = hours_of(run["flop_zflop"], peak_tflops(run) or math.nan, mfu)
            found.append(Prediction(i, mfu, hours, run["accel_hours"]))
    return found


def implied_median(mfu_class: str) -> float:
    """Median implied MFU of the runs a default was drawn from."""
    rows = read_catalogue("training_runs").rows
    return statistics.median(float(rows[i]["mfu_implied"]) for i in SEEN[mfu_class])


@dataclass(frozen=True, slots=True)
class Score:
    """How published hours compare with predicted ones over some runs."""

    runs: int
    median: float
    low: float
    high: float
    within_quarter: int
    within_half: int


def score(predictions: Iterable[Prediction]) -> Score:
    """The spread of published over predicted hours, and how many lie within a factor of 1.25 and 1.5."""
    ratios = sorted(p.ratio for p in predictions)
    near = [sum(max(r, 1 / r) <= factor for r in ratios) for factor in (1.25, 1.5)]
    return Score(len(ratios), statistics.median(ratios), ratios[0], ratios[-1], *near)


def reported_table() -> str:
    """Markdown: runs with a reported MFU."""
    lines = ["| run | MFU reported | hours at it | hours published | ratio | why |", "|---|---|---|---|---|---|"]
    for p in sorted(reported(), key=lambda p: p.run):
        lines.append(
            f"| {p.run} | {p.mfu:.3f} | {p.hours:,.0f} | {p.published:,.0f} | {p.ratio:.2f} | {REASONS[p.run]} |"
        )
    return "\n".join(lines)


def score_table() -> str:
    """Markdown: the defaults scored on the runs they were drawn from and on those they were not."""
    lines = [
        "| class | runs | number | median ratio | least | most | within 1.25 | within 1.5 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for mfu_class, seen in SEEN.items():
        found = by_default(mfu_class)
        unseen = [p for p in found if p.run not in seen]
        groups = {"drawn from": [p for p in found if p.run in seen], "unseen": unseen}
        if any(p.run in EXPERTS for p in unseen):
            groups["unseen, without mixtures of experts"] = [p for p in unseen if p.run not in EXPERTS]
        for name, members in groups.items():
            s = score(members)
            lines.append(
                f"| {mfu_class} | {name} | {s.runs} | {s.median:.2f} | {s.low:.2f} | {s.high:.2f} "
                f"| {s.within_quarter} | {s.within_half} |"
            )
    return "\n".join(lines)


def unseen_table() -> str:
    """Markdown: every unseen run with its hours at the default MFU."""
    lines = ["| run | MFU by default | hours at it | hours published | ratio |", "|---|---|---|---|---|"]
    for mfu_class, seen in SEEN.items():
        for p in sorted(by_default(mfu_class), key=lambda p: p.ratio):
            if p.run not in seen:
                lines.append(f"| {p.run} | {p.mfu:.2f} | {p.hours:,.0f} | {p.published:,.0f} | {p.ratio:.2f} |")
    return "\n".join(lines)
