# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What to build in five years of gigawatts, and should one buy now or wait?
#
# `meta-compute`: one company's AI campuses from 2026 to 2030. What to order, where and when to energise it, inside half
# of the company's capex - and what the plan would lose without the accelerator generation that nobody has announced.
# A minute of search leaves a gap of a few per cent, so the large moves are settled and single runs are not. The
# sentences with figures are made from the plans; every difference is an interval.

# %%
# %matplotlib inline
import numpy as np
import pandas as pd

import planner
from planner.plots import capex_against_budget, fleet_by_type, power_waterfall, run_gantt, value_differences

study = planner.load("meta-compute")
print(study.inputs.title)

# %% [markdown]
# ## What is known, and what is assumed?
#
# The campuses, their megawatts and dates, speeds and prices of announced accelerators are public. Supply, budgets after
# 2026, what the runs are worth, and `next28` - a type two years after VR200 on the trends of the past - are assumed.
# Each row says which, and why.

# %%
provenance = study.inputs.document["provenance"]
print(f"{provenance['sourced']} rows of the inputs rest on sources alone, {provenance['assumed']} hold an assumption.")
for table, key, row in (("budgets", "fiscal_year", 2028), ("accelerators", "accelerator", "next28")):
    (found,) = [r for r in study.inputs.rows(table) if r[key] == row]
    print(f"\n{table}, {row}: {found['assumption']}")

# %% [markdown]
# ## One plan: how good is it?

# %%
plan = study.solve(gap=0.02, time_limit=60)
print(plan)
print(f"No plan is worth more than {plan.bound_musd / 1e3:,.0f} B$, this one {plan.objective_musd / 1e3:,.0f} B$; "
      f"checked again without the solver: {'passed' if plan.checked else 'failed'}")
data = plan.data.sel(period=~plan.data["in_tail"])  # what is reported, without the two years behind it
years = sorted(set(data["year"].to_numpy().tolist()))

# %% [markdown]
# ## Where does the money go, year by year?
#
# What a year leaves can be spent in the next, so a bar may rise above its budget up to the dotted mark.

# %%
capex_against_budget(plan.data)

# %%
cash = plan.cash.sel(fiscal_year=years).to_pandas() / 1e3
print(f"{cash.to_numpy().sum():,.0f} B$ in {len(years)} years, of it "
      f"{cash.loc['compute'].sum() / cash.to_numpy().sum():.0%} for accelerators and "
      f"{cash.loc[['hall', 'power']].to_numpy().sum() / cash.to_numpy().sum():.0%} for halls and power")
cash.round(1).assign(total=cash.sum(axis=1).round(1))

# %% [markdown]
# By campus, B$:

# %%
by_site = data["capex"].sum("category").groupby("year").sum().transpose("site", "year").to_pandas() / 1e3
by_site[by_site.any(axis=1)].round(1)

# %% [markdown]
# And where does the value come from? B$ of today, runs and streams (experiments, spare compute that is let):

# %%
ledger = plan.data[["line_kind", "line_part", "ledger_discounted_musd"]].to_dataframe()
value = ledger[ledger["line_kind"] == "value"].groupby("line_part")["ledger_discounted_musd"].sum() / 1e3
print(", ".join(f"{part}s {busd:,.0f} B$ ({busd / value.sum():.0%})" for part, busd in value.items()))

# %% [markdown]
# ## Which accelerators, when?

# %%
fleet_by_type(plan.data)

# %% [markdown]
# ## Is every megawatt used, and every accelerator powered?
#
# Blue is drawn; grey is housed and fed, but nothing draws it.

# %%
power_waterfall(plan.data)

# %%
share = data["months"] / data["months"].sum()  # of the reported time, to average over periods of unlike length


def average(name: str) -> pd.Series:
    """A figure by site, averaged over the reported years."""
    mean = (data[name] * share).sum("period")
    return (mean.sum("accelerator") if "accelerator" in mean.dims else mean).to_pandas()


idle = pd.DataFrame(
    {
        "MW drawn": average("draw_mw"),
        "MW idle": average("stranded_mw"),
        "accelerators in service": average("in_service"),
        "of them without power": average("stranded_accelerators"),
    }
)
total = idle.sum()
print(f"{total['MW idle']:,.0f} MW of IT lie idle on average, "
      f"{total['MW idle'] / (total['MW idle'] + total['MW drawn']):.1%} of what is housed and fed; "
      f"{total['of them without power']:,.0f} accelerators wait for power or cooling, "
      f"{total['of them without power'] / total['accelerators in service']:.1%} of those in service.")
idle.round(1)

# %% [markdown]
# ## Which runs, where, when?

# %%
run_gantt(plan.data)

# %% [markdown]
# ## What binds, where and when?
#
# Prices are read off the plan with its starts, sites and tiers kept: what one more unit would be worth if it were
# given, M$ of today, summed over the periods of a year. Zero: there is enough of it.
#
# First money: one more M$ of a year's budget, beyond the M$ itself.

# %%
money = plan.data["price_budget"].sel(fiscal_year=years, budget_category="all").to_pandas()
print(money.round(2).to_string())
if money.max() < 1e-3:
    print("No year's budget binds.")
elif money.max() - money.min() < 0.005:
    print("The same in every year: what a year leaves is kept, so the plan moves money to where it is worth most.")
else:
    print(f"Dearest in {money.idxmax()}.")

# %% [markdown]
# Halls or power: which is full (to 1 %) at the end of each year? Halls of both kinds of cooling are taken together.

# %%
def at_sites(name: str, dim: str) -> pd.DataFrame:
    """MW of halls or sources at the end of each year, by site."""
    return data[name].groupby(f"{dim}_site").sum().groupby("year").last().transpose(f"{dim}_site", "year").to_pandas()


halls, sources = at_sites("hall_mw", "hall"), at_sites("power_source_mw", "power_source")
drawn = data["draw_mw"].groupby("year").last().transpose("site", "year").to_pandas().loc[halls.index]
pue = pd.Series({site: row["pue"] for site, row in study.inputs.by_id("sites", "site").items()})
hall_full = (drawn >= 0.99 * halls) & (halls > 0)
fed = sources.reindex(halls.index, fill_value=0.0)
power_full = (drawn.mul(pue.loc[drawn.index], axis=0) >= 0.99 * fed) & (fed > 0)
words = np.select([hall_full & power_full, hall_full, power_full, drawn > 0], ["both", "halls", "power", "neither"], "")
full = pd.DataFrame(words, halls.index, halls.columns)
full.loc[[site for site in study.inputs.by_id("sites", "site") if site in full.index]]

# %% [markdown]
# Power: one more MW at the meter, all year. (Halls have no price of their own; that of accelerators holds it.)

# %%
mw = data["price_mw"].groupby("year").sum().transpose("site", "year").to_pandas()
mw = mw[mw.max(axis=1) > 0.05]
mw.round(1)

# %% [markdown]
# Accelerators: 1,000 more in service all year, at the site where they are worth most.

# %%
chips = 1e3 * data["price_accelerator"].groupby("year").sum().max("site").transpose("accelerator", "year").to_pandas()
chips = chips[chips.max(axis=1) > 0.5]
chips.round(0)

# %%
for what, table, unit in (("MW at", mw, "one more is"), ("Accelerators of type", chips, "1,000 more are")):
    if len(table):
        where, when = table.stack().idxmax()
        print(f"{what} {where} are dearest in {when}: {unit} worth {table.loc[where, when]:,.1f} M$.")
for year in years:
    print(f"{year}: megawatts bind at {', '.join(mw.index[mw[year] > 0.05]) or 'no campus'}")

# %% [markdown]
# Why runs are refused or late: the limit that would charge each most, and the value at stake (B$ as asked for).

# %%
fate = plan.data[["run_status", "run_reason"]].to_dataframe()[["run_status", "run_reason"]]
fate["asked_busd"] = study.inputs.frame("runs").set_index("run")["value_musd"] / 1e3
fate.groupby(["run_status", "run_reason"])["asked_busd"].agg(runs="size", asked_busd="sum").round(1)

# %% [markdown]
# ## Buy now or wait?
#
# What there is to wait for is `next28`: about twice the speed of VR200 at the same draw, for a sixth more money. Three
# futures in which it is not as planned, each planned anew from the base plan: it never comes; it comes a year late; it
# costs 30 % more. Each plan knows its future from the start; what it costs to be surprised is not asked here.

# %%
futures = {
    "next28 never comes": {"accelerators.next28.orderable": "no"},
    "next28 a year late": {"accelerators.next28.orderable_from": "+12", "supply.next28.*.from": "+12"},
    "next28 30 % dearer": {"accelerators.next28.price_usd": "*1.3", "prices.next28.*.price": "*1.3"},
}
plans = {"as planned": plan}
for what, changes in futures.items():
    plans[what] = study.with_(changes).solve(gap=0.02, time_limit=40, start=plan)
    print(f"{what}: {plans[what]}")
against = {what: other.compare(plan).value for what, other in plans.items() if other is not plan}

# %%
value_differences(against, "the plan with next28")

# %%
for what, interval in against.items():
    low, high = interval.low / 1e3, interval.high / 1e3
    verdict = "" if interval.resolved else ": not resolved at these gaps"
    print(f"{what}: net value changes by {low:+,.0f} to {high:+,.0f} B$, of {plan.objective_musd / 1e3:,.0f}{verdict}")

# %% [markdown]
# ## So what to order in the first year?
#
# Thousand accelerators by year of *order* (arrival less lead and bring-up) and type. An order that stands in every
# future does not depend on the answer; one that only some have is the bet.

# %%
wait = {
    row["accelerator"]: int(row["lead_time_months"] or 0) + int(row["bring_up_months"] or 0)
    for row in study.inputs.rows("accelerators")
}


def ordered(one: planner.Plan) -> pd.Series:
    """Accelerators by type and year of order."""
    units = one.data["delivered"].sum("site").to_series()
    units = units[units > 0].reset_index()
    dates = [(pd.Period(d, "M") - wait[g]).year for d, g in zip(units["period"], units["accelerator"], strict=True)]
    return units.groupby([np.array(dates), "accelerator"])["delivered"].sum().rename_axis(["ordered", "accelerator"])


orders = pd.DataFrame({what: ordered(one) for what, one in plans.items()}).fillna(0.0)
(orders.loc[years[0] : years[-1]] / 1e3).round(0).astype(int)

# %%
for year in years[:-1]:
    rows = orders[orders.index.get_level_values("ordered") == year]
    common, planned = rows.min(axis=1).sum(), rows["as planned"].sum()
    if planned:
        print(f"{year}: {planned:,.0f} accelerators ordered as planned, {common / planned:.0%} of them in every future")

# %% [markdown]
# Plans within the same gap can differ in type and date, so what is common to four plans is a sign of what is safe to
# order, not a proof. Where the share falls, the bet on the next generation begins. The comparison in full, for the
# future in which nothing newer comes:

# %%
plans["next28 never comes"].compare(plan)
