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
# # Who gets the compute?
#
# Two labs of one company wanted the same cluster in 2022: FAIR US, which had trained OPT-175B and began a model of
# PaLM's class, and FAIR Paris, which began LLaMA with a smaller quota. A monthly meeting decided. The larger model was
# given up in 2023, the labs were merged for Llama 2, and most of LLaMA's authors left. Here the year is shared out by
# four rules: a priority list, pro rata to requests, the worst treated first (max-min), and what is worth most.
#
# Sentences with figures are made from the plans. What is fact and what is assumed is in each row of `llama-2023`, and
# summed up in `scenarios/llama-2023/README.md`.

# %%
# %matplotlib inline
import pandas as pd

import planner
from planner.data.teams import compute_asked, read_tree
from planner.plots import run_gantt, value_differences

pd.set_option("display.max_colwidth", None)
study = planner.load("llama-2023")
provenance = study.inputs.document["provenance"]
print(f"{provenance['assumed']} of {provenance['assumed'] + provenance['sourced']} inputs are assumptions")

# %% [markdown]
# ## Who asks, and what are they entitled to?
#
# Groups and teams are a tree; a team's entitlement is its part of all that is online. Language models have 30 % of the
# clusters, divided by the hours of their runs; the rest is other research. All four teams count alike.

# %%
tree = read_tree(study.inputs)
teams = study.inputs.frame("teams").set_index("team")[["title", "parent", "priority"]]
asked = pd.Series(compute_asked(study.inputs, study.case.calendar))
teams["entitled, %"] = pd.Series(tree.share).mul(100).round(1)
teams["asked, PFLOP/s-months"] = asked.round(0)
teams["of all asked, %"] = (100 * asked / asked.sum()).round(1)
teams

# %% [markdown]
# ## What else could be done?
#
# The contested models are programmes, and each has options: the run as it was begun, a smaller one, one model of both
# labs in early 2023 on LLaMA's development (`joint`), or what was done in fact, Llama 2 in its place (`merged`).

# %%
study.inputs.frame("programme_options").set_index(["programme", "option"])[["run", "share", "assumption"]]

# %% [markdown]
# ## Four rules, the same money
#
# The optimised plan comes first. The other rules then have the money that it spends, year by year: a rule that looks
# at teams alone would otherwise spend all there is on them. Each row is known up to its gap, so that differences are
# intervals.

# %%
found = planner.policies(study, gap=0.01, time_limit=120)
NAMES = {"priority": "priority list", "pro_rata": "pro rata", "max_min": "max-min", "utilitarian": "optimised"}
table = found.table().rename(index=NAMES)
shown = ["objective_musd", "gap_musd", "low_musd", "high_musd", "refused", "months_late", "finish_ratio", "least_u"]
table[shown].round(2)

# %%
against = {NAMES[name]: found.difference(name, "utilitarian") for name in found.plans if name != "utilitarian"}
value_differences(against, "the optimised plan")

# %% [markdown]
# What fairness costs (net value given up, of the gross value of the best plan, between what the gaps leave open), what
# stands idle, and how many runs start at another time than in the optimised plan.

# %%
table[["price_low", "price_high", "jain", "stranded_mw", "moved", "quarters"]].round(3)

# %% [markdown]
# ## Which way does each programme take?

# %%
ways = {NAMES[name]: plan.data["programme_option"].to_series() for name, plan in found.plans.items()}
pd.DataFrame(ways).replace("", "refused")

# %% [markdown]
# The calendar by the priority list and by max-min. A final run waits for its development, which has no value without
# it; options not taken are among the refused. What is worth less than the gap may stand elsewhere, or be refused, in
# another plan that is as good.

# %%
run_gantt(found.plans["priority"].data)

# %%
run_gantt(found.plans["max_min"].data)

# %% [markdown]
# ## What would each team say?
#
# What it gets, against standing alone with its entitlement of every limit, and against the optimised plan.

# %%
value = found.data["team_value_today_musd"].to_pandas().rename(index=NAMES).T.loc[list(tree.asking)]
value["standing alone"] = found.data["team_alone_musd"].sel(policy="utilitarian").to_series()
value.round(1)


# %%
def says(team: str, rule: str) -> str:
    """What a team would say of a rule, from the indicators."""
    got, alone = value.loc[team, NAMES[rule]], value.loc[team, "standing alone"]
    parts = [f"{got:,.1f} M$", f"{got / alone:.1f} times what we would have alone"]
    gains = value[NAMES[rule]] - value["optimised"]
    if abs(gains[team]) > 0.05:
        parts.append(f"{gains[team]:+.1f} M$ against the optimised plan")
    if gains[team] < -0.05 and gains.max() > 0.05:
        parts.append(f"{gains.idxmax()} has {gains.max():.1f} M$ more")
    if late := float(found.data["team_months_late"].sel(policy=rule, team=team)):
        parts.append(f"{late:.0f} month{'s' if late > 1 else ''} late in all")
    return "; ".join(parts)


for team in tree.asking:
    print(f"{team}: {study.inputs.by_id('teams', 'team')[team]['title']}")
    for rule in found.plans:
        print(f"  {NAMES[rule] + ':':15} {says(team, rule)}")

# %% [markdown]
# Compute used by the language teams, PFLOP/s at dense bf16 peak, and what they are entitled to together.

# %%
llm = ["fair_us", "fair_paris", "genai"]
inside = ~found.plans["utilitarian"].data["in_tail"]
used = pd.DataFrame(
    {
        NAMES[name]: plan.data["team_used_pflops"].sel(team=llm).sum("team").where(inside, drop=True).to_series()
        for name, plan in found.plans.items()
    }
)
entitled = found.plans["utilitarian"].data["team_entitled_pflops"].sel(team=llm).sum("team").where(inside, drop=True)
axes = used.plot(drawstyle="steps-post", figsize=(9, 3.4), lw=1.6)
entitled.to_series().plot(ax=axes, drawstyle="steps-post", color="black", ls=":", label="entitled")
axes.set(title="Compute of the three language teams", xlabel="", ylabel="PFLOP/s (dense bf16)")
axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False);

# %% [markdown]
# ## What do the assumptions do to it?
#
# Two that nothing published settles; the README has more of them. How much other research asks for moves pro rata, and
# nothing else: whoever pads its request gets more. How much of FAIR US's need a joint model would meet decides whether
# max-min merges the labs.

# %%
def again(changes: dict[str, object], rule: str) -> planner.Plan:
    """A rule's plan with other inputs, the money as above."""
    changed = found.study.with_({**changes, "sharing.policy": rule})
    return changed.solve(gap=0.01, time_limit=120, start=found.plans[rule])


JOINT = "programme_options.successor.joint.share"
cases = {
    ("pro_rata", "other research asks for twice as much"): {"stream_demand.*.*.ceiling_pflops": "*2"},
    ("max_min", "a joint model is worth a quarter to FAIR US"): {JOINT: 0.25},
}
rows = []
for (rule, what), changes in cases.items():
    for words, plan in (("as assumed", found.plans[rule]), (what, again(changes, rule))):
        row = {"rule": NAMES[rule], "assumption": words, "net M$": plan.objective_musd}
        row |= {"gap M$": plan.bound_musd - plan.objective_musd}
        row |= {"successor by": plan.data["programme_option"].sel(programme="successor").item() or "refused"}
        rows.append(row | plan.data["team_value_today_musd"].sel(team=llm).to_series().to_dict())
pd.DataFrame(rows).set_index(["rule", "assumption"]).round(1)

# %% [markdown]
# ## When the cluster is late
#
# `planner policies llama-2023 --then llama-2023-expansion-late --replanned 2022-07` re-plans each of the four when it
# is known that the second phase comes in May 2023: the README has what moved.
