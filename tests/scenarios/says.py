"""What a saved plan of `meta-compute` says: `python -m tests.scenarios.says out/meta-compute/plan.nc`.

Prints the tables that the scenario's README shows, from the plan file alone.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import xarray as xr

import planner
from planner.data.derive import Case
from tests.scenarios.back_cast import beside

FULL = 0.99  # a limit that is used to this share binds


def arrivals(data: xr.Dataset) -> pd.DataFrame:
    """Thousands of accelerators by type and year of arrival, deliveries committed before included."""
    table = (data["delivered"].sum("site").groupby("year").sum() / 1000).to_pandas()
    return table.loc[(table > 0).any(axis=1)].round(1)


def orders(data: xr.Dataset, case: Case) -> pd.DataFrame:
    """Thousands of accelerators by type and year of the order."""
    table: dict[str, Counter[int]] = defaultdict(Counter)
    for (g, site), offered in case.orders.items():
        for a in offered:
            lots = float(data["order"].sel(accelerator=g, site=site)[a.period])
            if lots:
                year = case.calendar.periods[case.calendar.period_of(a.order)].fiscal_year
                table[g][year] += lots * case.accelerators[g]["lot_size"] / 1000
    return pd.DataFrame(table).T.fillna(0.0).sort_index(axis=1).round(1)


def supply_used(data: xr.Dataset, case: Case) -> pd.DataFrame:
    """Arrivals by type and year as a share of what the supply table lets arrive."""
    offered: dict[tuple[str, int], float] = defaultdict(float)
    for g in case.accelerators:
        for period in case.calendar.periods:
            offered[g, period.fiscal_year] += sum((case.supply_rate(g) or [])[period.start : period.end])
    used = arrivals(data) * 1000
    for (g, year), most in offered.items():
        if g in used.index:
            used.loc[g, year] = used.loc[g, year] / most if most else np.nan
    return used.round(2)


def megawatts(data: xr.Dataset) -> pd.DataFrame:
    """MW of IT that what is online may draw, at the end of each year reported, by site."""
    ends = {int(year): t for t, year in enumerate(data["year"].to_numpy()) if not data["in_tail"].to_numpy()[t]}
    own = data["site"].to_numpy()[data["site_kind"].to_numpy() == "own"]
    found = {year: data["draw_mw"].sel(site=own).isel(period=t).to_series() for year, t in ends.items()}
    return pd.DataFrame(found).round(0).astype(int)


def binding(data: xr.Dataset, case: Case) -> pd.DataFrame:
    """Share of the months of each year in which halls or power of a site are full, by site."""
    months, year = data["months"].to_numpy(), data["year"].to_numpy()
    rows = {}
    for site in case.sites:
        draw = data["draw_mw"].sel(site=site).to_numpy()
        hall = _at(data, "hall_mw", "hall", site)
        fed = _at(data, "power_source_mw", "power_source", site) / case.sites[site]["pue"]
        for what, most in (("halls", hall), ("power", fed)):
            full = (draw > 0) & (draw >= FULL * most)
            rows[site, what] = {
                int(y): float((full * months)[year == y].sum() / months[year == y].sum())
                for y in sorted(set(year[~data["in_tail"].to_numpy()]))
            }
    return pd.DataFrame(rows).T.round(2)


def _at(data: xr.Dataset, variable: str, dim: str, site: str) -> np.ndarray:
    here = data[f"{dim}_site"].to_numpy() == site
    return np.asarray(data[variable].to_numpy()[here].sum(axis=0))


def stranded(data: xr.Dataset, case: Case) -> tuple[pd.Series, pd.Series]:
    """Means over each year: accelerators in service without power, by year; MW housed and fed without chips."""
    months = data["months"]
    own = data["site"].to_numpy()[data["site_kind"].to_numpy() == "own"]

    def mean(amount: xr.DataArray) -> pd.Series:
        weighted = (amount * months).groupby("year").sum() / months.groupby("year").sum()
        return weighted.to_series().round(0)

    idle = data["stranded_accelerators"].sum(["accelerator", "site"])
    return mean(idle), mean(data["stranded_mw"].sel(site=own).sum("site"))


def links_used(data: xr.Dataset) -> pd.Series:
    """The most of its capacity that each link carries in a period."""
    if "flow" not in data:
        return pd.Series(dtype=float)
    carried = data["flow"].sum(["source", "direction"])
    return (carried / data["link_tbps"]).fillna(0.0).max("period").to_series().round(2)


def runs(data: xr.Dataset) -> pd.DataFrame:
    """Runs by year and what became of them."""
    count: Counter[tuple[str, str]] = Counter()
    for run, status in zip(data["run"].to_numpy(), data["run_status"].to_numpy(), strict=True):
        count[str(run).split("_")[1], str(status)] += 1
    return pd.Series(count).unstack(fill_value=0)


def reasons(data: xr.Dataset) -> pd.Series:
    """What the refused runs would have needed."""
    refused = data["run_reason"].to_numpy()[data["run_status"].to_numpy() == "refused"]
    return pd.Series(Counter(str(reason).split(" (")[0] for reason in refused), dtype=int)


def says(data: xr.Dataset, case: Case) -> str:
    """All tables as text."""
    chips, mw = stranded(data, case)
    cash = data["cash"].sum("category").to_series().round(0)
    parts = {
        "Arrivals, thousands of accelerators": arrivals(data),
        "The same by year of the order, without what was committed": orders(data, case),
        "Share of the supply that arrives": supply_used(data, case),
        "MW of IT drawn at most, at the end of the year": megawatts(data),
        "Share of the months in which it is full": binding(data, case),
        "Capex, M$": pd.DataFrame({"cash": cash, "worth of one more M$": data["price_budget"][0].to_series().round(2)}),
        "Stranded accelerators (mean)": chips,
        "MW without chips (mean)": mw,
        "Most that a link carries, share of its capacity": links_used(data),
        "Runs": runs(data),
        "Reasons of refusal": reasons(data),
        "Back-cast": beside(data, case),
    }
    parts["Sold, thousands"] = (data["sold"].groupby("year").sum() / 1000).to_pandas().round(1)
    return "\n\n".join(f"{title}\n{table.to_string()}" for title, table in parts.items())


if __name__ == "__main__":
    plan = planner.open_plan(sys.argv[1])
    print(says(plan.data, Case(plan.inputs)))
