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
# # What should a research lab have ordered in the LLaMA year?
#
# The scenario `llama-2023` replays October 2021 to December 2023: one research cluster that grows from 6,080 to
# 16,000 A100, a reservation and rental in the cloud, H100 that can be ordered with a year's lead, and sixteen runs
# of four teams. Facts carry their source; what nobody published is an assumption and says why.

# %%
import planner

study = planner.load("llama-2023")
provenance = study.inputs.document["provenance"]
print(study.inputs.title)
print(f"{provenance['assumed']} of {provenance['assumed'] + provenance['sourced']} inputs are assumptions")

# %% [markdown]
# ## One plan, with its proof
#
# A plan always carries its status, its bound and its gap: the share of gross value that a better plan could still
# add. It is checked again from the inputs alone before it is shown.

# %%
plan = study.solve(gap=0.01, time_limit=120)
print(plan)
print(f"a better plan is worth at most {plan.bound_musd - plan.objective_musd:,.1f} M$ more; checked: {plan.checked}")

# %% [markdown]
# ## Which runs start when, where, on what?
#
# Everything is in one `xarray.Dataset` with named dims.

# %%
runs = plan.data[["run_status", "run_start", "run_finish", "run_site", "run_n", "run_months_late", "run_reason"]]
runs.to_dataframe()

# %% [markdown]
# ## What is ordered, and what does it cost?

# %%
delivered = plan.data["delivered"].sum("site")
delivered.where(delivered > 0, drop=True).to_pandas()

# %%
plan.cash.to_pandas()

# %%
plan.capex.where(~plan.data["in_tail"], drop=True).sum("site").plot.step(x="period", hue="category", where="post");

# %% [markdown]
# ## How full is the cluster?

# %%
reported = plan.data.where(~plan.data["in_tail"], drop=True)
reported["utilisation"].sel(site="rsc", accelerator="a100").plot.step(x="period", where="post");

# %% [markdown]
# ## What is one more M$ worth?
#
# Prices are read off the plan with its starts kept: M$ of today for one more M$ of the year's budget.

# %%
plan.data["price_budget"].to_pandas()

# %% [markdown]
# ## And with 30 % less to spend?
#
# A study never changes in place: `with_` makes a changed copy. The difference of two plans is an interval, because
# each is known only up to its gap; if it spans zero, the answer is "not resolved at this gap".

# %%
less = study.with_({"budgets.*.all.budget_musd": "*0.7"}).solve(gap=0.01, time_limit=120)
low = less.objective_musd - plan.bound_musd
high = less.bound_musd - plan.objective_musd
verdict = "not resolved at this gap" if low < 0 < high else "resolved"
print(f"value changes by {low:,.1f} to {high:,.1f} M$: {verdict}")

# %% [markdown]
# ## Keep it
#
# The netCDF file holds the plan with its inputs, options and versions: `planner check`, `planner export` and
# `planner.open_plan` need nothing else.

# %%
path = plan.to_netcdf("../out/first_plan.nc")
again = planner.open_plan(path)
assert again.data.identical(plan.data)
again
