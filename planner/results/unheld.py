"""What a plan decides early that no row of a previous plan holds, so that the plan that follows may decide it anew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from planner.core.inputs import Inputs
from planner.core.months import month_label, month_number

CHOSEN = 0.5
LEAST = 1e-6


def unheld(data: xr.Dataset, frozen_until: str) -> tuple[str, ...]:
    """Decisions of a plan before a date (YYYY-MM) that its successor is free to take back, in words.

    Sales, opened links with a fixed charge, licences, levels of efficiency and cancelled runs: what they change is
    stated in other tables of a scenario once they are done, as each says.
    """
    inputs = Inputs.from_json(str(data.attrs["inputs"]))
    found = (*_sales(data, frozen_until), *_links(data, inputs, frozen_until), *_licences(data, inputs, frozen_until),
             *_levels(data, inputs, frozen_until), *_cancelled(data, frozen_until))  # fmt: skip
    return tuple(found)


def _dated(data: xr.Dataset, name: str, least: float, before: str) -> Iterator[tuple[int, str, float]]:
    """(position on the first dim, date on the second, value) of a result before a date."""
    if name not in data:
        return
    values = data[name].to_numpy()
    dates = [str(date)[:7] for date in data[data[name].dims[1]].to_numpy()]
    for i, t in np.argwhere(values > least):
        if dates[t] < before:
            yield int(i), dates[t], float(values[i, t])


def _sales(data: xr.Dataset, before: str) -> Iterator[str]:
    for f, date, count in _dated(data, "sold", LEAST, before):
        g, site = (str(data[f"cohort_{name}"].to_numpy()[f]) for name in ("accelerator", "site"))
        yield f"sale of {count:g} {g} at {site} in {date}; once done, so many fewer stand in `fleet`"


def _links(data: xr.Dataset, inputs: Inputs, before: str) -> Iterator[str]:
    charges = {row["link"]: row["fixed_charge_musd"] for row in inputs.rows("links")}
    for i, date, _ in _dated(data, "link_opened", CHOSEN, before):
        link = str(data["link"].to_numpy()[i])
        if charges[link]:
            yield f"opening of link {link} in {date}; once paid, its `fixed_charge_musd` is 0"


def _licences(data: xr.Dataset, inputs: Inputs, before: str) -> Iterator[str]:
    if "licensed" not in data:
        return
    taken = data["licensed"].to_series() > CHOSEN
    start = str(inputs.setting("calendar", "start"))
    for row in inputs.rows("programme_options"):
        name, date = f"{row['programme']}.{row['option']}", row["from"] or start
        if taken.get(name, False) and date < before:
            yield f"licence {name} of {date}; once taken, its `fee_musd` is 0"


def _levels(data: xr.Dataset, inputs: Inputs, before: str) -> Iterator[str]:
    if "efficiency_ready" not in data:
        return
    leads = {f"{row['programme']}.{row['level']}": int(row["lead_months"]) for row in inputs.rows("efficiency")}
    ready = data["efficiency_ready"]
    for i, j in np.argwhere(ready.transpose("level", "slot").to_numpy() > CHOSEN):
        level, slot = str(data["level"].to_numpy()[i]), str(data["slot"].to_numpy()[j])
        begun = month_label(month_number(slot) - leads[level])
        if begun < before:
            yield f"level of efficiency {level}, begun {begun}; once paid, its `cost_musd` is 0"


def _cancelled(data: xr.Dataset, before: str) -> Iterator[str]:
    if "running_status" not in data:
        return
    columns = (data[name].to_numpy().tolist() for name in ("running", "running_status", "running_end"))
    for running, status, end in zip(*columns, strict=True):
        if status == "cancelled" and str(end) < before:
            yield f"cancelling of run {running} in {end}; once done, it has no row in `running`"
