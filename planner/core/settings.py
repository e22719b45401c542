"""The settings blocks of scenario.yaml, declared like tables of one row."""

from __future__ import annotations

from planner.core.declare import Column, Table

CALENDAR = Table(
    "calendar",
    "The horizon: periods inside fiscal years, slots inside periods, and the tail behind what is reported.",
    (),
    (
        Column("start", "date", "first month of the horizon"),
        Column(
            "periods",
            "integers",
            "length of each reported period; long form `8x3, 3x12`",
            "months",
            low=1,
            high=12,
        ),
        Column(
            "slot_months", "integer", "length of a slot; runs start and finish on slots", "months", 1, low=1, high=12
        ),
        Column(
            "dense_start_months",
            "integer",
            "starts are offered every slot this far into the horizon",
            "months",
            24,
            low=0,
        ),
        Column(
            "start_step",
            "integer",
            "after that, every so many slots, counted from the run's first slot",
            "slots",
            3,
            low=1,
        ),
        Column(
            "tail_months",
            "integer",
            "months solved but not reported after the last period; empty: at least 24 and the longest lead in use",
            "months",
            None,
            low=0,
        ),
        Column("fiscal_year_starts", "integer", "calendar month in which a fiscal year starts", "", 1, low=1, high=12),
    ),
)

FINANCE = Table(
    "finance",
    "How money over time is counted.",
    (),
    (
        Column(
            "objective",
            "choice",
            "what is optimised",
            "",
            "value_minus_cost",
            choices=("value_minus_cost", "least_cost"),
        ),
        Column(
            "discount_rate",
            "number",
            "nominal rate a year, (1+d)^(-months/12) from the horizon's start",
            "",
            0.09,
            low=0,
            high=1,
        ),
        Column(
            "terminal_value",
            "choice",
            "what assets are worth at the horizon's end",
            "",
            "decay",
            choices=("decay", "none"),
        ),
        Column("average_draw", "number", "mean electrical draw over provisioned draw", "", 0.76, low=0, high=1),
        Column("decay_compute", "number", "share of an accelerator's price left after a year", "", 0.72, low=0, high=1),
        Column("decay_network", "number", "share of a fabric's price left after a year", "", 0.80, low=0, high=1),
        Column(
            "decay_power", "number", "share of a hall's or source's price left after a year", "", 0.95, low=0, high=1
        ),
    ),
)

POWER = Table(
    "power",
    "What must be powered.",
    (),
    (
        Column(
            "basis",
            "choice",
            "`online`: the plan may leave accelerators in service dark; `installed`: all must be powered",
            "",
            "online",
            choices=("online", "installed"),
        ),
        Column(
            "fabric_draw_share",
            "number",
            "draw of switches and storage over the servers' draw",
            "",
            0.10,
            low=0,
            high=1,
        ),
    ),
)

SOLVE = Table(
    "solve",
    "How hard to search.",
    (),
    (
        Column("gap", "number", "stop at (bound - objective) / gross value", "", 0.01, low=0, high=1),
        Column("time_limit_s", "number", "wall clock of the search", "s", 300.0, low=0, low_open=True),
        Column("threads", "integer", "solver threads; empty: all cores", "", None, low=1, high=256),
        Column("seed", "integer", "random seed of the solver", "", 0, low=0, high=2**31 - 1),
        Column(
            "strategy",
            "choice",
            "`guided`: dive, neighbourhoods and proof beside them; `plain`: branch and cut on the whole model",
            "",
            "guided",
            choices=("guided", "plain"),
        ),
        Column(
            "work_limit",
            "integer",
            "stop after about this much work; with it the same inputs, seed and threads give the same plan",
            "simplex iterations",
            None,
            low=1,
        ),
    ),
)

SHARING = Table(
    "sharing",
    "Who gets the compute: how the requests of teams are weighed against each other.",
    (),
    (
        Column(
            "policy",
            "choice",
            "`utilitarian`: worth alone; `priority`: the first team first; `pro_rata`: by compute asked for; "
            "`entitlement`: by shares, with borrowing; `sharing_incentive`: none below its value standing alone; "
            "`max_min`: the worst treated first; `alpha_fair`: the sum of concave utilities",
            "",
            "utilitarian",
            choices=(
                "utilitarian",
                "priority",
                "pro_rata",
                "entitlement",
                "sharing_incentive",
                "max_min",
                "alpha_fair",
            ),
        ),
        Column("alpha", "number", "of `alpha_fair`: 0 the sum, 1 the logarithm, more: fairer", "", 1.0, low=0, high=3),
        Column("stand_alone", "flag", "whether `utilitarian` plans are measured against teams alone too", "", False),
        Column(
            "value_given_up",
            "number",
            "share of the best plan's gross value that net value may fall for fairness; empty: no limit",
            "",
            None,
            low=0,
            high=1,
        ),
        Column(
            "spend_more",
            "number",
            "of `max_min`, `alpha_fair`, `priority`: what may be spent beyond the best plan's spend, as a share of it",
            "",
            0.0,
            low=0,
        ),
        Column(
            "spend_within",
            "number",
            "least spend, for which net value may fall by this share of gross value; empty: not sought",
            "",
            None,
            low=0,
            high=1,
        ),
        Column(
            "churn_within",
            "number",
            "fewest moved runs against the plan started from, at such a price; empty: not sought",
            "",
            None,
            low=0,
            high=1,
        ),
        Column(
            "settle", "flag", "of `entitlement`: whether debts are paid back by the end of what is reported", "", True
        ),
    ),
)

SETTINGS: tuple[Table, ...] = (CALENDAR, FINANCE, POWER, SHARING, SOLVE)
