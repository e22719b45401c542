"""`planner size`: what one training run takes."""

from __future__ import annotations

import dataclasses
import textwrap
from typing import Any

import click

from planner.cli.options import Finite
from planner.cli.session import Session, common

ABOVE_ZERO = Finite(min=0, min_open=True)


@click.command("size", short_help="What one training run takes: days, energy, cost.")
@click.option("--accelerator", required=True, help="Id or alias of data/accelerators.csv, such as h100.")
@click.option("--flop", type=ABOVE_ZERO, help="Compute of the run, FLOP; or give --params and --tokens.")
@click.option("--params", type=ABOVE_ZERO, help="Parameters active per token, such as 70e9.")
@click.option("--tokens", type=ABOVE_ZERO, help="Training tokens, such as 15e12.")
@click.option("--format", "number_format", type=click.Choice(["bf16", "fp8", "fp4"]), default="bf16", show_default=True)
@click.option("--count", type=click.IntRange(min=1), help="Accelerators; the days follow.")
@click.option("--days", type=ABOVE_ZERO, help="Days; the accelerators follow.")
@click.option("--mfu", type=Finite(0, 1, min_open=True), help="Utilisation; default: data/mfu.csv.")
@click.option("--goodput", type=Finite(0, 1, min_open=True), default=1.0, show_default=True)
@click.option("--pue", type=Finite(min=1), default=1.1, show_default=True)
@click.option("--usd-per-mwh", type=Finite(min=0), default=70.0, show_default=True)
@click.option("--life-months", type=click.IntRange(min=1), default=60, show_default=True, help="Life of an owned one.")
@click.option("--busy", type=Finite(0, 1, min_open=True), default=0.8, show_default=True, help="Share of it in use.")
@common
@click.pass_obj
def size(session: Session, /, **asked: Any) -> int:
    """FLOP, accelerator-hours, days, energy, rented and owned cost of one run, each with formula and source."""
    from planner.data.estimate import Request, estimate

    figures = estimate(Request(**asked))
    lines: list[str] = []
    named: dict[str, str] = {}  # a source is printed once, then named after the figure where it stands
    for figure in figures:
        lines.append(f"{figure.name:26} {_shown(figure.value):>14} {figure.unit:8} = {figure.formula}")
        if figure.source in named:
            lines.append(f"{'':10}source: that of {named[figure.source]}")
        elif figure.source:
            named[figure.source] = figure.name
            lines += textwrap.wrap(f"source: {figure.source}", 110, initial_indent=" " * 10, subsequent_indent=" " * 12)
    session.result("\n".join(lines), {"status": "sized", "figures": [dataclasses.asdict(f) for f in figures]})
    return 0


def _shown(value: float) -> str:
    return f"{value:.4g}" if abs(value) >= 1e9 or abs(value) < 1 else f"{value:,.1f}"
