"""`planner break-even`: the value of an input at which the best plan decides otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from planner.cli.options import Finite, bounded, read_study, scenario
from planner.cli.session import OK, Session, common

if TYPE_CHECKING:
    from planner.break_evens import BreakEven

MOST = 12


@click.command("break-even", short_help="At which value of an input the best plan decides otherwise.")
@scenario
@click.argument("path", metavar="INPUT")
@click.option("--low", type=Finite(), required=True, help="Where to look: from this value ...")
@click.option("--high", type=Finite(), required=True, help="... to this one; a plan must exist at both.")
@click.option("--factor", is_flag=True, help="LOW and HIGH are factors on what the input holds.")
@click.option("--of", metavar="NAME", help="The programme, run, run in progress or level that is meant; default: any.")
@click.option(
    "--tolerance",
    type=Finite(0.0, min_open=True),
    default=1e-6,
    show_default=True,
    help="Of the value found.",
)
@click.option(
    "--gap",
    type=bounded("gap"),
    default=0.0,
    show_default=True,
    help="Of each search; above 0 the value found is not certain.",
)
@click.option("--time-limit", type=bounded("time_limit_s"), metavar="S", help="Wall clock of each search, seconds.")
@common
@click.pass_obj
def break_even(
    session: Session, scenario: str, changes: tuple[str, ...], path: str, low: float, high: float, factor: bool,
    of: str | None, tolerance: float, gap: float, time_limit: float | None,
) -> int:  # fmt: skip
    """The value of INPUT between LOW and HIGH at which the best plan decides otherwise.

    INPUT is a path as in --set: runs.b.value_musd. What is decided is which option fulfils a programme, which runs
    start, which levels of efficiency are reached. Every search goes to gap 0 unless --gap says otherwise, so large
    scenarios take long.
    """
    import planner

    study = read_study(scenario, changes)
    session.study = study.name
    try:
        found = planner.break_even(
            study, path, low, high, of=of, factor=factor, tolerance=tolerance, gap=gap, time_limit=time_limit
        )
    except ValueError as error:  # the question, not the scenario, has no answer
        raise click.UsageError(str(error)) from None
    below, above = _differing(found)
    lines = [f"{path} = {'*' if factor else ''}{found.value:.10g}: up to it the first, from there on the second"]
    names = list(dict.fromkeys([*below, *above]))
    lines += [f"  {name}: {_said(below.get(name))} -> {_said(above.get(name))}" for name in names[:MOST]]
    lines += [f"  ... and {len(names) - MOST} more"] if len(names) > MOST else []
    lines.append(
        "Proven: to either side no plan is better." if found.certified else
        f"Not proven: to either side another plan may be better by up to {found.better_musd:,.3g} M$."
    )  # fmt: skip
    report: dict[str, Any] = {
        "status": "found", "path": path, "value": found.value, "factor": factor, "certified": found.certified,
        "better_musd": found.better_musd, "below": below, "above": above,
    }  # fmt: skip
    session.result("\n".join(lines), report)
    return OK


def _differing(found: BreakEven) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each of the two plans decides, where they differ."""
    from planner.break_evens import decision

    below, above = decision(found.below), decision(found.above)
    differ = [name for name in dict.fromkeys([*below, *above]) if below.get(name) != above.get(name)]
    return tuple({name: said.get(name) for name in differ} for said in (below, above))  # type: ignore[return-value]


def _said(value: Any) -> str:
    return {True: "yes", False: "no", "": "refused", None: "absent"}.get(value, str(value))
