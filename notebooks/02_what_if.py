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
# # What would late accelerators, or another budget, have meant for the LLaMA year?
#
# `llama-2023` once more (see `01_first_plan`), under six combinations: H100 as quoted or a quarter later, and capex and
# rent budgets 30 % smaller, as they are, 30 % larger. A sweep solves them all and gives one cube. Each plan is known
# only up to its gap, so every difference below is an interval; where it spans zero, it is *not resolved*. The sentences
# with figures are made from the plans, and stay true if another machine finds other plans within the same gaps.

# %% [markdown]
# ## What is known, and what is assumed?
#
# A lead of 39 weeks with a range of 36 to 52 was published, so a quarter later is the long end of what buyers saw.
# The budgets were never published: they are set by a rule, and 30 % is how far they are moved to see if it matters.

# %%
# %matplotlib inline
import pandas as pd

import planner
from planner.plots import value_differences
from planner.results.compare import Interval

pd.set_option("display.max_colwidth", None)
study = planner.load("llama-2023")
(h100,) = [row for row in study.inputs.rows("accelerators") if row["accelerator"] == "h100"]
print("H100 lead:", h100["lead_time_months"], "months from", h100["orderable_from"], "on")
print("  source:    ", h100["source"])
print("  assumption:", h100["assumption"])
study.inputs.frame("budgets").set_index(["category", "fiscal_year"])[["budget_musd", "assumption"]]

# %% [markdown]
# ## What does each combination give?

# %%
BUDGET, LEAD = "budgets.*.*.budget_musd", "accelerators.h100.lead_time_months"
cube = study.sweep({BUDGET: ["*0.7", "*1", "*1.3"], LEAD: ["+0", "+3"]}, gap=0.0025, time_limit=30)
cube.data

# %% [markdown]
# Each corner with its proof: the plan found is worth `objective_musd`, and no plan is worth more than `bound_musd`.

# %%
names = {BUDGET: "budgets", LEAD: "H100 lead"}
figures = cube.data[["objective_musd", "bound_musd", "gap_musd", "status"]].rename(names).to_dataframe()
figures.round(1)

# %% [markdown]
# ## What is the difference, and is it resolved?
#
# From the scenario as it is to each other corner, in M$ of today: between the least and the most that the gaps allow.

# %%
base = {BUDGET: "*1", LEAD: "+0"}
corners = [{BUDGET: b, LEAD: t} for t in ("+0", "+3") for b in ("*0.7", "*1", "*1.3")]
words = {"*0.7": "budgets 30 % smaller", "*1": "budgets as they are", "*1.3": "budgets 30 % larger"}
against = {
    words[c[BUDGET]] + (", H100 a quarter later" if c[LEAD] == "+3" else ""): cube.difference(c, base)
    for c in corners
    if c != base
}
for what, interval in against.items():
    print(f"{what}: {interval}")

# %%
value_differences(against, "budgets and lead as they are")

# %% [markdown]
# ## Time or money: which costs more?
#
# The same lead at every budget, and the same budget at every lead. With an axis left out, `differences` keeps it.
# One thing is known before any solve: a larger budget admits every plan that a smaller one does, so the best value
# cannot fall. What an interval shows on the wrong side of zero there is only the gap.

# %%
slip = cube.differences({LEAD: "+0"}).sel({LEAD: "+3"}).rename(names)
slip.to_dataframe()[["low", "high", "resolved"]].round(1)

# %%
late = cube.difference({BUDGET: "*1", LEAD: "+3"}, base)
poor = cube.difference({BUDGET: "*0.7", LEAD: "+0"}, base)
print(f"A quarter's delay: {late}\n30 % less money:   {poor}")
if late.high < poor.low:
    print("The delay costs more than the cut, whatever the best plans are.")
elif poor.high < late.low:
    print("The cut costs more than the delay, whatever the best plans are.")
else:
    print("Which of the two costs more is not resolved at these gaps.")

# %% [markdown]
# Does a delay hurt more when money is short? That is a difference of differences, and four gaps leave it open.

# %%
scarce = cube.difference({BUDGET: "*0.7", LEAD: "+3"}, {BUDGET: "*0.7", LEAD: "+0"})
print("extra cost of the delay with 30 % less:", Interval(scarce.low - late.high, scarce.high - late.low))

# %% [markdown]
# ## Which runs move?
#
# Start, gang and place of the runs that are not the same at every corner. These are the six plans found; a run worth
# less than the gap can stand elsewhere in another plan that is as good. To a run, the same number of A100 is worth as
# much at `rsc` as at `azure_5400`: a change of place alone costs it nothing.

# %%
runs = cube.data[["run_status", "run_start", "run_n", "run_accelerator", "run_site"]].rename(names).to_dataframe()
fate = runs["run_start"] + ", " + runs["run_n"].astype(str) + " " + runs["run_accelerator"] + " @ " + runs["run_site"]
table = fate.where(runs["run_status"] != "refused", "refused").unstack("run").T
moved = table[table.nunique(axis=1) > 1]
worth = study.inputs.frame("runs").set_index("run")["value_musd"].reindex(moved.index)
print(f"{len(moved)} of {len(table)} runs differ, worth together {worth.sum():.1f} M$; "
      f"the largest gap is {float(cube.data['gap_musd'].max()):.1f} M$")
moved

# %%
runs.groupby(["budgets", "H100 lead", "run_status"]).size().unstack(fill_value=0)

# %% [markdown]
# ## Which orders move?
#
# H100 by month of arrival, all sites. Arrivals from 2024 on lie in the tail, two years behind what is reported, so
# that its last months are not planned as if nothing followed.

# %%
h100s = cube.data["delivered"].sel(accelerator="h100").sum("site").rename(names)
arrivals = h100s.stack(corner=("H100 lead", "budgets")).transpose("corner", "period").to_pandas()
arrivals.columns = [f"{date:%Y-%m}" for date in arrivals.columns]
arrivals = arrivals.loc[:, arrivals.any()].astype(int)
arrivals

# %%
axes = arrivals.iloc[::-1].plot.barh(stacked=True, figsize=(9, 3.2), width=0.7, colormap="viridis")
axes.set(title="H100 by month of arrival", xlabel="accelerators", ylabel="lead, budgets")
axes.legend(title="arrives", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False);

# %% [markdown]
# What it costs: capex by year at each corner, M$, due within what is reported.

# %%
cube.data["cash"].sel(fiscal_year=[2021, 2022, 2023]).sum("category").rename(names).to_series().unstack().round(1)

# %% [markdown]
# ## What exactly differs between two of them?
#
# Every corner keeps its whole plan. `compare` sets one against another: the value as an interval, then what moved.

# %%
cube.plan({BUDGET: "*1", LEAD: "+3"}).compare(cube.plan(base))
