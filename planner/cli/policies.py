"""`planner policies`: a study shared out under several rules, side by side, and re-planned after a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import folder as directory
from planner.cli.options import Finite, bounded, month, read_study, scenario
from planner.cli.progress import patient_interrupts, progress, search_told
from planner.cli.session import LIMIT_WITH_PLAN, OK, Session, common
from planner.core.settings import SHARING

if TYPE_CHECKING:
    from planner.policy_study import Policies
    from planner.study import Study

LATER = "later"


@click.command("policies", short_help="Who gets the compute: several rules side by side.")
@scenario
@click.option("--policy", "names", multiple=True, type=bounded("policy", SHARING),
              help="A rule; repeatable; default: priority, pro_rata, max_min, utilitarian.")  # fmt: skip
@click.option("--own-money", is_flag=True, help="Budgets as they are, not what the best plan spends of them; in all "
              "`sharing.spend_more` still limits what rules spend beyond it.")  # fmt: skip
@click.option("--then", "later", metavar="PATH|NAME", help="A scenario as it is known later: every plan is re-planned.")
@click.option("--replanned", metavar="YYYY-MM", callback=month, help="When that becomes known; needed with --then.")
@click.option("--move-run", type=Finite(min=0), default=1.0, show_default=True, metavar="M$",
              help="Price of a run that departs from the plan before.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Default: out/STUDY-policies.")
@click.option("--gap", type=bounded("gap"), help="Stop each at this share of gross value; default: the scenario's.")
@click.option("--time-limit", type=bounded("time_limit_s"), metavar="S", help="Wall clock of each plan, seconds.")
@click.option("--threads", type=bounded("threads"), help="Solver threads; default: all cores.")
@common
@click.pass_obj
def policies(
    session: Session, scenario: str, changes: tuple[str, ...], names: tuple[str, ...], own_money: bool,
    later: str | None, replanned: str | None, move_run: float, out: Path | None, gap: float | None,
    time_limit: float | None, threads: int | None,
) -> int:  # fmt: skip
    """Share one study out under several rules, with the same money, and set the plans side by side.

    Every rule has the money that the best plan (utilitarian) spends, year by year, unless --own-money. Differences of
    net value are intervals. With --then and --replanned every plan is followed by another of its rule, with what was
    ordered or started before settled: what moved, and why. Writes DIR/POLICY.nc and DIR/later/POLICY.nc.
    """
    if (later is None) != (replanned is None):
        raise click.UsageError("--then and --replanned go together")
    from planner.policy_study import FOUR
    from planner.policy_study import policies as solve_policies

    study = read_study(scenario, changes)
    session.study = study.name
    changed = None if later is None else read_study(later, changes)
    if changed is not None:
        _inside(changed, str(replanned))
    folder = Path("out") / f"{study.name}-policies" if out is None else out
    directory.make(folder)
    limits: dict[str, Any] = {"gap": gap, "time_limit": time_limit, "threads": threads}
    moving = {"run": move_run} if move_run else None
    try:
        with patient_interrupts(session), progress(session) as show:
            told = search_told(session, show)
            first = solve_policies(study, names or FOUR, same_money=not own_money, out=folder, on_search=told,
                                   on_progress=show, **limits)  # fmt: skip
            found = [first]
            if changed is not None and replanned is not None:
                told = search_told(session, show, " re-planned")
                found.append(first.replan(changed, replanned, moving=moving, out=folder / LATER, on_search=told,
                                          on_progress=show, **limits))  # fmt: skip
    except KeyboardInterrupt:
        session.note(f"planner: nothing to compare yet; what was found by then is in {folder}")
        raise
    text = first.text()
    for after in found[1:]:
        text += f"\n\nRe-planned in {replanned} as {after.study.name}\n\n{after.text()}"
    places = zip((folder, folder / LATER), found, strict=False)
    files = [str(place / f"{name}.nc") for place, one in places for name in one.plans]
    session.result(f"{text}\n\nSaved: {folder}\n", _report(found, files))
    return OK if all(set(one.data["status"].values) <= {"optimal", "gap_reached"} for one in found) else LIMIT_WITH_PLAN


def _inside(later: Study, replanned: str) -> None:
    """Refuse a date of re-planning outside the later scenario's horizon, before anything is solved."""
    from planner.core.months import month_label, month_number
    from planner.data.horizon import read_horizon

    horizon = read_horizon(later.inputs)
    if not horizon.start <= month_number(replanned) < horizon.model_end:
        until = month_label(horizon.model_end - 1)
        raise click.BadParameter(
            f"{replanned} lies outside {later.name}: {month_label(horizon.start)} to {until}", param_hint="--replanned"
        )


def _report(found: list[Policies], files: list[str]) -> dict[str, Any]:
    tables = {
        name: one.table().reset_index().to_dict("records")
        for name, one in zip(("policies", LATER), found, strict=False)
    }
    return {"status": "compared", "checked": True, "files": files, **tables}
