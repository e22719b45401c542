"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.core.declare import Table
from planner.core.errors import InputError, Problem
from planner.core.months import is_date
from planner.core.settings import SOLVE

if TYPE_CHECKING:
    from planner.study import Study

Command = TypeVar("Command", bound=Callable[..., Any])


def scenario(command: Command) -> Command:
    """The scenario to read, and changes to its inputs."""
    for part in (
        click.option("--set", "changes", multiple=True, metavar="PATH=VALUE",
                     help="Change an input: table.id.column=value; +3, -3 and *0.8 change what is there. Repeatable."),
        click.argument("scenario", metavar="PATH|NAME"),
    ):  # fmt: skip
        command = part(command)
    return command


class Finite(click.FloatRange):
    """A number between bounds, neither nan nor infinite."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def bounded(name: str, block: Table = SOLVE) -> click.ParamType[Any]:
    """The type of a setting (of `solve`) as an option, with the bounds or choices it is declared with."""
    column = block.column(name)
    if column.choices:
        return click.Choice(column.choices)
    if column.kind == "integer":
        return click.IntRange(
            None if column.low is None else int(column.low), None if column.high is None else int(column.high)
        )
    return Finite(column.low, column.high, min_open=column.low_open)


def month(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The value of an option that takes a month.

    Raises
    ------
    BadParameter
        It is not written YYYY-MM.
    """
    if value is not None and not is_date(value):
        raise click.BadParameter(f"a month is written YYYY-MM, got {value}")
    return value


def read_study(scenario: str, changes: Sequence[str]) -> Study:
    """The validated study of a scenario with changes.

    Raises
    ------
    InputError
        With every problem found in the scenario, or in the changes.
    """
    from planner.data.load import read_scenario
    from planner.data.overrides import Override, parse_override
    from planner.study import Study

    overrides: list[Override] = []
    problems: list[Problem] = []
    for text in changes:
        try:
            overrides.append(parse_override(text))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return Study(read_scenario(scenario), overrides)
