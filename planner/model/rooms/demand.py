"""Demand: runs, each a gang of accelerators of one type at one place, and streams that take what is left.

Sets: place s (own site or lease), accelerator g, period t, slot h; run r; candidate c = (run, type, place,
first slot, duration) with gang n_c; stream i.

Decisions
    start[c]           run starts as this candidate                                   [0/1]
    stream_use[i,g,s,t]  accelerators given to a stream                               [accelerators]
    unserved[i,t]      floor not served, where that is priced                         [PFLOP/s]
    segment[i,j,t]     served part of a utility segment                               [PFLOP/s]

served[i,t] = sum over g, s of speed[i,g] * stream_use[i,g,s,t]                       [PFLOP/s]

    (D1) sum of n_c over candidates present in h at (s,g) <= availability[g] * online[g,s,t(h)]
    (D2) sum of n_c * share of t present + sum_i stream_use[i,g,s,t] <= availability[g] * online[g,s,t]
                                                                                      [accelerators]
    (D3) sum of start over a run's candidates <= 1                                    [-]
    (D4) sum of start over the candidates of a run that must run >= 1                 [-]
    (D5) served[i,t] <= ceiling[i,t]                                                  [PFLOP/s]
    (D6) served[i,t] + unserved[i,t] >= floor[i,t]                                    [PFLOP/s]
    (D7) sum_j segment[i,j,t] <= served[i,t]                                          [PFLOP/s]
    (D8) segment[i,j,t] <= width of the segment                                       [PFLOP/s]

Gang: the smallest multiple n of the gang step with
    flop_zflop * 1e6 <= n * peak [PFLOP/s] * mfu * goodput(n) * months * 2,629,800 s.
Value of a run: value_musd * (1 - value_loss_per_month)^(whole months late), counted at the finish.
Money: value `run`, value `stream` (rate * months, at the period's start), opex `placement`, penalty
`unserved`.
"""

from __future__ import annotations

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.rules import concave, given_one_way, ids_apart, not_above, not_later

FORMATS = ("bf16", "fp8", "fp4")
TEAMS = Table(
    "teams",
    "Who asks.",
    ("team",),
    (Column("team", "id", "name"), Column("title", "text", "name to show", "", None)),
)
RUNS = Table(
    "runs",
    "Training runs that may be admitted: each once, as a gang.",
    ("run",),
    (
        Column("run", "id", "name"),
        Column("title", "text", "name to show", "", None),
        Column("team", "id", "who asks", "", None, refers=("teams",)),
        Column("catalogue", "id", "row of data/training_runs.csv whose cells fill the empty ones", default=None),
        Column("flop_zflop", "number", "compute of the run; or give params_b and tokens_b", "ZFLOP", None, low=0, low_open=True, catalogue=True),
        Column("params_b", "number", "parameters active per token; compute = 6 * params * tokens", "1e9", None, low=0, low_open=True),
        Column("tokens_b", "number", "training tokens", "1e9", None, low=0, low_open=True),
        Column("number_format", "choice", "format of the matrix products", "", "bf16", choices=FORMATS),
        Column("mfu", "number", "model FLOP utilisation against the format's peak; empty: table mfu, then data/mfu.csv", "", None, low=0, high=1, low_open=True),
        Column("goodput", "number", "share of the gang's time that is useful; empty: table mfu, then 1", "", None, low=0, high=1, low_open=True),
        Column("durations_months", "integers", "durations offered; each a whole number of slots", "months", low=1),
        Column("eligible", "ids", "types it can run on", refers=("accelerators",)),
        Column("sites", "ids", "sites and leases it can run at; empty: all", "", None, refers=("sites", "leases")),
        Column("min_memory_gb", "number", "least memory per accelerator", "GB", None, low=0),
        Column("earliest", "date", "first start"),
        Column("due", "date", "finish without loss of value"),
        Column("latest", "date", "last start"),
        Column("value_musd", "number", "value if finished by `due`", "M$", low=0),
        Column("value_loss_per_month", "number", "share of its value lost each month late", "1/month", 0.0, low=0, high=1),
        Column("must_run", "flag", "whether it has to be admitted", "", False),
    ),
    rules=(
        given_one_way(("flop_zflop",), ("params_b", "tokens_b")),
        not_later("earliest", "latest"),
        ids_apart("run", (("streams", "stream"),)),
    ),
    catalogue="training_runs",
)
MFU = Table(
    "mfu",
    "Utilisation and goodput by type, format and gang size.",
    ("accelerator", "number_format", "gang_size"),
    (
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("number_format", "choice", "format", choices=FORMATS),
        Column("gang_size", "integer", "the row holds for gangs up to this size; empty: any size", "accelerators", None, low=1),
        Column("mfu", "number", "model FLOP utilisation against the format's peak", "", low=0, high=1, low_open=True),
        Column("goodput", "number", "share of the gang's time that is useful", "", 1.0, low=0, high=1, low_open=True),
    ),
)
STREAMS = Table(
    "streams",
    "Continuous work that takes what the gangs leave: experiments, inference, other research.",
    ("stream",),
    (
        Column("stream", "id", "name"),
        Column("title", "text", "name to show", "", None),
        Column("team", "id", "who asks", "", None, refers=("teams",)),
        Column("number_format", "choice", "format", "", "bf16", choices=FORMATS),
        Column("mfu", "number", "utilisation; empty: table mfu, then data/mfu.csv", "", None, low=0, high=1, low_open=True),
        Column("eligible", "ids", "types it can use", refers=("accelerators",)),
        Column("sites", "ids", "sites and leases it can use; empty: all", "", None, refers=("sites", "leases")),
        Column("floor_pflops", "number", "least rate served", "PFLOP/s", 0.0, low=0),
        Column("ceiling_pflops", "number", "largest rate of use; empty: no limit", "PFLOP/s", None, low=0),
        Column("unserved_usd_per_pflops_month", "number", "price of the floor not served; empty: the floor is hard", "USD/PFLOP/s/month", None, low=0),
    ),
    rules=(not_above("floor_pflops", "ceiling_pflops"),),
)
STREAM_DEMAND = Table(
    "stream_demand",
    "Floors and ceilings by date; before a stream's first date its own cells hold.",
    ("stream", "from"),
    (
        Column("stream", "id", "stream", refers=("streams",)),
        Column("from", "date", "holds from here to the stream's next date"),
        Column("floor_pflops", "number", "least rate served", "PFLOP/s", 0.0, low=0),
        Column("ceiling_pflops", "number", "largest rate of use; empty: no limit", "PFLOP/s", None, low=0),
    ),
    rules=(not_above("floor_pflops", "ceiling_pflops"),),
)
STREAM_SEGMENTS = Table(
    "stream_segments",
    "Concave utility of a stream: what a month of each further PFLOP/s is worth.",
    ("stream", "up_to_pflops"),
    (
        Column("stream", "id", "stream", refers=("streams",)),
        Column("up_to_pflops", "number", "upper end of the segment", "PFLOP/s", low=0, low_open=True),
        Column("musd_per_pflops_month", "number", "worth", "M$/PFLOP/s/month", low=0),
    ),
    rules=(concave("stream", "up_to_pflops", "musd_per_pflops_month"),),
)
STREAM_SPEEDS = Table(
    "stream_speeds",
    "A stream's own speed by type; replaces peak * mfu.",
    ("stream", "accelerator"),
    (
        Column("stream", "id", "stream", refers=("streams",)),
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("pflops_per_accelerator", "number", "speed", "PFLOP/s", low=0, low_open=True),
    ),
)
PLACEMENT = Table(
    "placement",
    "What it costs to serve a run or stream at a place (data movement, egress).",
    ("load", "site"),
    (
        Column("load", "id", "run or stream", refers=("runs", "streams")),
        Column("site", "id", "site or lease", refers=("sites", "leases")),
        Column("usd_per_pflops_month", "number", "for streams: per PFLOP/s and month", "USD/PFLOP/s/month", None, low=0),
        Column("usd_per_accelerator_month", "number", "per accelerator and month", "USD/accelerator/month", None, low=0),
    ),
    rules=(given_one_way(("usd_per_pflops_month",), ("usd_per_accelerator_month",)),),
)
EQUATIONS = (
    Equation("D1", "gangs_fit_online", "gangs present in a slot fit what is online", "accelerators"),
    Equation("D2", "gangs_and_streams_fit_online", "gangs and streams fit what is online over the period", "accelerators"),
    Equation("D3", "run_starts_at_most_once", "a run starts at most once", "-"),
    Equation("D4", "must_run_starts", "a run that must run starts", "-"),
    Equation("D5", "served_below_ceiling", "a stream uses no more than its ceiling", "PFLOP/s"),
    Equation("D6", "floor_is_served", "a stream's floor is served or its shortfall counted", "PFLOP/s"),
    Equation("D7", "segments_are_served", "what is valued is served", "PFLOP/s"),
    Equation("D8", "segment_fits_width", "a segment is no wider than stated", "PFLOP/s"),
)
OUTPUTS = (
    Output("start", "start", ("candidate",), "1", "run starts as this candidate"),
    Output("stream_use", "stream_use", ("stream", "accelerator", "site", "period"), "accelerators", "accelerators given to a stream"),
    Output("served", "served", ("stream", "period"), "PFLOP/s", "rate a stream is served"),
    Output("unserved", "unserved", ("stream", "period"), "PFLOP/s", "floor of a stream not served, at its price"),
    Output("segment", "segment", ("stream", "segment", "period"), "PFLOP/s", "served part of a utility segment"),
)
