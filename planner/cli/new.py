"""`planner new`: a scenario of one's own, copied from a bundled one."""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.options import month
from planner.cli.session import OK, Session, common
from planner.core.errors import InputError, Problem

if TYPE_CHECKING:
    from planner.core.inputs import Inputs
    from planner.results.plan import Plan

NAME = re.compile(r"[a-z][a-z0-9_-]*")
NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


class Price(click.ParamType[Any]):
    """`KIND=M$`."""

    name = "price"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        what, mark, musd = str(value).partition("=")
        if not mark or not NUMBER.fullmatch(musd):
            self.fail(f"{value!r} is not KIND=M$, such as run=1.5", param, ctx)
        return what, float(musd)


class Cancel(click.ParamType[Any]):
    """`ORDER=YYYY-MM:M$`."""

    name = "cancel"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        order, _, terms = str(value).partition("=")
        until, mark, musd = terms.partition(":")
        if not order or not mark or not NUMBER.fullmatch(musd):
            self.fail(f"{value!r} is not ORDER=YYYY-MM:M$, such as hall=2026-06:1.5", param, ctx)
        return order, (until, float(musd))


@click.command("new")
@click.argument("name")
@click.option("--from", "source", default="llama-2023", show_default=True, metavar="NAME", help="The scenario to copy.")
@click.option("--previous", metavar="PLAN.NC", type=click.Path(path_type=Path), help="A plan that it follows.")
@click.option(
    "--replanned",
    metavar="YYYY-MM",
    callback=month,
    help="With --previous: what is ordered and starts before is settled.",
)
@click.option("--frozen-until", metavar="YYYY-MM", callback=month,
              help="With --previous: the end of the frozen zone.")  # fmt: skip
@click.option(
    "--cancel",
    "cancellable",
    type=Cancel(),
    multiple=True,
    metavar="ORDER=YYYY-MM:M$",
    help="With --previous: until when an order can be cancelled, and the fee of each lot. ORDER is a kind "
    "(accelerator), an item (accelerator.alpha.x1) or one order (accelerator.alpha.x1.2026-07). Repeatable.",
)
@click.option(
    "--moving",
    type=Price(),
    multiple=True,
    metavar="KIND=M$",
    help="With --previous: the price of each run (or lot, module: hall=2) that departs from the plan after "
    "the frozen zone. Repeatable.",
)
@common
@click.pass_obj
def new(
    session: Session, name: str, source: str, previous: Path | None, replanned: str | None, frozen_until: str | None,
    cancellable: tuple[tuple[str, tuple[str, float]], ...], moving: tuple[tuple[str, float], ...],
) -> int:  # fmt: skip
    """Copy a bundled scenario to the folder ./NAME, to be edited.

    With --previous the copy follows a plan: its orders and starts are written to the tables previous_plan,
    previous_orders and previous_runs. What --cancel and --moving give stands in columns of previous_orders and in
    moving_prices, where it can be edited.
    """
    if (previous is None) != (replanned is None):
        raise click.UsageError("--previous and --replanned go together")
    if previous is None and (frozen_until is not None or cancellable or moving):
        raise click.UsageError("--frozen-until, --cancel and --moving go with --previous")
    terms = {
        "frozen_until": frozen_until, "cancellable": _once("--cancel", cancellable), "moving": _once("--moving", moving)
    }  # fmt: skip
    if over := [f"{order}={until}" for order, (until, _) in cancellable if previous and "" < until < str(replanned)]:
        raise click.BadParameter(f"{over[0]} is over by {replanned}: nothing could be cancelled", param_hint="--cancel")
    target = Path(name)
    if not NAME.fullmatch(target.name):
        raise click.BadParameter(
            f"{target.name or name!r}: must start with a small letter and hold only small letters, digits, - and _",
            param_hint="NAME",
        )
    if target.exists() or target.is_symlink():
        raise click.BadParameter(f"{target} is there already; nothing is overwritten", param_hint="NAME")
    if not target.parent.is_dir():
        raise click.BadParameter(f"there is no folder {target.parent} to put it in", param_hint="NAME")
    folder = _find(source)
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    left: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    try:
        shutil.copytree(folder, part, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        file = part / "scenario.yaml"
        file.write_text(renamed(file.read_text(encoding="utf-8"), target.name, folder), encoding="utf-8")
        if previous is not None:
            left, free = _follow(part, previous, str(replanned), terms)
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    session.study = target.name
    files = sorted(path for path in target.rglob("*") if path.is_file())
    said = f"{target} is a copy of {source}; edit it, then: planner validate {target} && planner plan {target}"
    said += "".join(f"\nnot taken over from the plan before, to be stated: {text}" for text in left)
    said += "".join(f"\nnot held, the new plan may decide it anew: {text}" for text in free)
    session.result(said, {"status": "created", "files": files, "left": left, "free": free})
    return OK


def _once(option: str, given: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """What an option gives by name, each name once."""
    names = [name for name, _ in given]
    if twice := [name for name in names if names.count(name) > 1]:
        raise click.BadParameter(f"{twice[0]} is given more than once", param_hint=option)
    return dict(given)


def _follow(folder: Path, plan: Path, replanned: str, terms: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the tables by which a folder's scenario follows a plan; in words what is to be stated, what is free."""
    import planner
    from planner.model.rooms.replan import ROOM
    from planner.results.previous import previous_tables

    before = planner.open_plan(plan)
    inputs = planner.load(folder).inputs
    _related(before, plan, inputs)
    found = previous_tables(
        before.data, replanned, start=str(inputs.setting("calendar", "start")),
        runs={row["run"] for row in inputs.rows("runs")}, **terms,
    )  # fmt: skip
    for table in ROOM.inputs:
        if table.name in found.tables:
            columns = [*(column.name for column in table.columns), "source", "assumption"]
            with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(found.tables[table.name])
    try:
        planner.load(folder)
    except InputError as error:  # the folder will be gone: its rows are named, not its lines
        raise InputError([dataclasses.replace(p, file="", line=0, column=0) for p in error.problems]) from None
    fleet = [f"fleet: {', '.join(str(cell) for cell in list(row.values())[:-1])}" for row in found.fleet]
    return (*fleet, *found.left), found.free


def _related(before: Plan, file: Path, inputs: Inputs) -> None:
    """Refuse a plan that has nothing to do with a scenario."""
    for table, key in (("sites", "site"), ("runs", "run")):
        if {row[key] for row in before.inputs.rows(table)} & {row[key] for row in inputs.rows(table)}:
            return
    message = "is of another scenario: none of its sites and runs are there"
    raise InputError([Problem("other_plan", message, file=str(file), got=str(before.data.attrs["study"]))])


def renamed(text: str, name: str, folder: Path) -> str:
    """scenario.yaml under another name; what it extends is named so that it is found from anywhere."""
    text, found = re.subn(r"(?m)^name:.*$", f"name: {name}", text, count=1)
    if not found:
        text = re.sub(r"(?m)^(format:.*)$", rf"\1\nname: {name}", text, count=1)
    return re.sub(r"(?m)^extends:[ \t]*(.*?)[ \t]*$", lambda m: f"extends: {_bundled(m[1], folder)}", text, count=1)


def _bundled(extends: str, folder: Path) -> str:
    """The name of a bundled scenario, or the absolute path of another, that `extends` means in a folder."""
    from planner.data.load import locate
    from planner.data.resources import resource_dir

    said, mark, comment = extends.partition(" #")
    base = locate(Path(said.strip().strip("'\"")), folder)
    root = resource_dir("scenarios").resolve()
    if base is None:
        return extends
    found = base.resolve()
    where = found.relative_to(root).as_posix() if found.is_relative_to(root) else found.as_posix()
    return where + mark + comment


def _find(source: str) -> Path:
    from planner.core.rules import nearest
    from planner.data.load import bundled_names, locate

    folder = locate(Path(source))
    if folder is None:
        near = nearest(source, bundled_names())
        raise InputError([Problem("scenario_not_found", "no bundled scenario of that name", got=source, near=near)])
    return folder
