"""Spans, second opinion: sites that hold one gang together, the part of each and the traffic between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planner.core.inputs import Inputs

SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Span:
    """The share of a gang at each site, MFU over that at one site, Tb/s between two sites for 1,000 accelerators."""

    shares: dict[str, float]
    mfu_factor: float
    tbps: float

    def parts(self, size: int, step: int) -> dict[str, int]:
        """A gang of `size`, site by site: no less than its share, in whole steps."""
        return {site: max(1, math.ceil(size * share / step - SLACK)) * step for site, share in self.shares.items()}


def read_spans(inputs: Inputs) -> dict[str, Span]:
    """The spans by name."""
    spans = {
        row["span"]: Span({}, float(row["mfu_factor"]), float(row["tbps_per_kaccelerator"]))
        for row in inputs.rows("spans")
    }
    for row in inputs.rows("span_sites"):
        spans[row["span"]].shares[row["site"]] = float(row["share"])
    return spans
