"""The rule that makes the hundred entrants of `hundred-models`.

`python -m tests.scenarios.entrants` writes scenarios/hundred-models/{programmes,programme_options,runs}.csv; a test
holds the committed files to it. README.md of the scenario states the rule in words.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

from tests.scenarios.meta_runs import text

FOLDER = Path(__file__).parents[2] / "scenarios" / "hundred-models"
SEED = 2023
ENTRANTS = 100
H100 = 1_200_000  # of 2023, all together
SECONDS_PER_MONTH = 2_629_800
H100_PFLOPS = 0.9894 * 0.41  # BF16, at the default utilisation
MONTHS = 48  # a programme holds its accelerators for their life
REVENUE_MUSD = 75_000.0  # what is left of 200 B$ by a hole of 125
LARGEST_OTHER_MUSD = 1600.0
SPREAD = 1.2  # of the logarithm of an entrant's accelerators over what its revenue alone would say
FEWEST = 256
KEPT = 0.5  # of revenue: what the entrant's other costs and its margin leave for compute
LOSS_PER_MONTH = 0.02

CAHN = "David Cahn, Sequoia Capital 2023-09-20 (sequoiacap.com/article/follow-the-gpus-perspective)"
OMDIA = "Omdia 2023-11 via tomshardware.com and eastfeed.com"
# title: revenue of a year, M$; H100 of 2023, thousands (empty: not among Omdia's twelve)
NAMED: dict[str, tuple[str, float, float | None]] = {
    "google": ("Google", 10_000, 50),
    "microsoft": ("Microsoft", 10_000, 150),
    "apple": ("Apple", 10_000, None),
    "meta": ("Meta", 10_000, 150),
    "oracle": ("Oracle", 5_000, 50),
    "bytedance": ("ByteDance", 5_000, 20),
    "alibaba": ("Alibaba", 5_000, 25),
    "tencent": ("Tencent", 5_000, 50),
    "x": ("X", 5_000, None),
    "tesla": ("Tesla", 5_000, 15),
}
UNKNOWN_THOUSANDS = 20.0  # H100 of those whose number is not published


@dataclass(frozen=True)
class Entrant:
    """One programme: its revenue, the accelerators it holds, and where the figures come from."""

    name: str
    title: str
    revenue_musd: float
    count: int
    source: str
    assumption: str

    @property
    def zflop(self) -> float:
        """Compute of so many H100 over the programme's months."""
        return self.count * H100_PFLOPS * MONTHS * SECONDS_PER_MONTH / 1e6


def draw() -> list[Entrant]:
    """The ten that Cahn names, and ninety others by rule."""
    named = [
        Entrant(
            name, title, musd, round(1000 * (UNKNOWN_THOUSANDS if thousands is None else thousands)),
            CAHN if thousands is None else f"{CAHN}; {OMDIA}",
            "a year of Cahn's generous guess, taken for what this year's accelerators earn in their life"
            + ("; its H100 are not published: 20,000" if thousands is None else ""),
        )
        for name, (title, musd, thousands) in NAMED.items()
    ]  # fmt: skip
    return named + _others(REVENUE_MUSD - sum(e.revenue_musd for e in named), H100 - sum(e.count for e in named))


def _others(musd: float, count: int) -> list[Entrant]:
    dice, n = random.Random(SEED), ENTRANTS - len(NAMED)
    power = _power(n, musd / LARGEST_OTHER_MUSD)
    revenue = [LARGEST_OTHER_MUSD * k**-power for k in range(1, n + 1)]
    drawn = [x**0.5 * math.exp(dice.gauss(0.0, SPREAD)) for x in revenue]
    held = [max(FEWEST, round(count * x / sum(drawn) / 8) * 8) for x in drawn]
    why = f"by rule (README): rank {{k}} of the others by revenue; accelerators drawn, {count:,} altogether"
    return [
        Entrant(f"entrant_{k:02d}", f"Entrant {k}", float(f"{x:.4g}"), h, "", why.format(k=k))
        for k, (x, h) in enumerate(zip(revenue, held, strict=True), 1)
    ]


def _power(n: int, total: float) -> float:
    """The s with which 1 + 2^-s + ... + n^-s is `total`."""
    low, high = 0.0, 10.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(k**-middle for k in range(1, n + 1)) > total else (low, middle)
    return low


def programme_rows() -> list[dict[str, object]]:
    return [
        {
            "programme": e.name,
            "title": e.title,
            "value_musd": 0,
            "revenue_musd": e.revenue_musd,
            "counts_revenue": "yes",
            "due": "2027-07",
            "value_loss_per_month": LOSS_PER_MONTH,
            "source": e.source,
            "assumption": e.assumption,
        }
        for e in draw()
    ]


def option_rows() -> list[dict[str, object]]:
    why = "the half of it that 50 % of margin leave for compute"
    same = {"option": "own", "share": KEPT, "source": CAHN, "assumption": why}
    return [{"programme": e.name, "run": f"{e.name}_model"} | same for e in draw()]


def run_rows() -> list[dict[str, object]]:
    why = "by rule (README): {n:,} H100 for 48 months, their life, at the default utilisation; starts from 2023-04 on"
    return [
        {
            "run": f"{e.name}_model",
            "title": f"{e.title}: models trained and served",
            "flop_zflop": f"{e.zflop:.0f}",
            "durations_months": MONTHS,
            "eligible": "h100",
            "earliest": "2023-04",
            "due": "2027-07",
            "latest": "2024-10",
            "value_musd": 0,
            "source": OMDIA if NAMED.get(e.name, ("", 0, None))[2] else "",
            "assumption": why.format(n=e.count),
        }
        for e in draw()
    ]


def files() -> dict[str, str]:
    """The files the rule makes, by name."""
    rows = {"programmes": programme_rows(), "programme_options": option_rows(), "runs": run_rows()}
    return {f"{name}.csv": text(found) for name, found in rows.items()}


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
