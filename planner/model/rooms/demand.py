"""Demand: runs, each a gang of accelerators of one type at one place for some months.

Sets: place s (own site or lease), accelerator g, period t, slot h; run r; candidate c = (run, type, place,
first slot, duration) with gang n_c; over a span of sites it has a part of n_c at each of them. What runs on
from before the horizon (table `running`) takes its part of D1 and D2 as given.

Decisions
    start[c]           run starts as this candidate                                   [0/1]

    (D1) sum of n_c over candidates present in h at (s,g) <= availability[g] * online[g,s,t(h)]
    (D2) sum of n_c * share of t present + sum_i stream_use[i,g,s,t] <= availability[g] * online[g,s,t]
                                                                                      [accelerators]
    (D3) sum of start over a run's candidates <= 1                                    [-]
    (D4) sum of start over the candidates of a run that must run >= 1                 [-]

Gang: the smallest multiple n of the gang step with
    flop_zflop * 1e6 <= n * peak [PFLOP/s] * mfu * goodput(n) * months * 2,629,800 s.
Value of a run: value_musd * (1 - value_loss_per_month)^(whole months late), counted at the finish.
Money: value `run`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Table
from planner.core.rules import given_one_way, ids_apart, not_later
from planner.data.derive import Case
from planner.model.formats import FORMATS
from planner.model.slots import taken, without_repeats
from planner.model.workspace import Line, Workspace, index_set, linear

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
        Column(
            "flop_zflop",
            "number",
            "compute of the run; or give params_b and tokens_b",
            "ZFLOP",
            None,
            low=0,
            low_open=True,
            catalogue=True,
        ),
        Column(
            "params_b",
            "number",
            "parameters active per token; compute = 6 * params * tokens",
            "1e9",
            None,
            low=0,
            low_open=True,
        ),
        Column("tokens_b", "number", "training tokens", "1e9", None, low=0, low_open=True),
        Column("number_format", "choice", "format of the matrix products", "", "bf16", choices=FORMATS),
        Column(
            "mfu",
            "number",
            "model FLOP utilisation against the format's peak; empty: table mfu, then data/mfu.csv",
            "",
            None,
            low=0,
            high=1,
            low_open=True,
        ),
        Column(
            "goodput",
            "number",
            "share of the gang's time that is useful; empty: table mfu, then 1",
            "",
            None,
            low=0,
            high=1,
            low_open=True,
        ),
        Column("durations_months", "integers", "durations offered; each a whole number of slots", "months", low=1),
        Column("eligible", "ids", "types it can run on", refers=("accelerators",)),
        Column(
            "sites",
            "ids",
            "sites, leases and spans it can run at; empty: all sites and leases",
            "",
            None,
            refers=("sites", "leases", "spans"),
        ),
        Column("min_memory_gb", "number", "least memory per accelerator", "GB", None, low=0),
        Column("earliest", "date", "first start"),
        Column("due", "date", "finish without loss of value"),
        Column("latest", "date", "last start"),
        Column("value_musd", "number", "value if finished by `due`", "M$", low=0),
        Column(
            "value_loss_per_month", "number", "share of its value lost each month late", "1/month", 0.0, low=0, high=1
        ),
        Column("must_run", "flag", "whether it has to be admitted", "", False),
    ),
    rules=(
        given_one_way(("flop_zflop",), ("params_b", "tokens_b")),
        not_later("earliest", "latest"),
        ids_apart("run", (("streams", "stream"),)),
    ),
    catalogue="training_runs",
)
RUNNING = Table(
    "running",
    "Runs in progress when the horizon starts: what they hold is given.",
    ("running",),
    (
        Column("running", "id", "name"),
        Column("team", "id", "whose", "", None, refers=("teams",)),
        Column("site", "id", "site or lease", refers=("sites", "leases")),
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("n", "integer", "accelerators it holds", "accelerators", low=1),
        Column("until", "date", "first month in which it is gone"),
    ),
    rules=(ids_apart("running", (("runs", "run"),)),),
)
MFU = Table(
    "mfu",
    "Utilisation and goodput by type, format and gang size.",
    ("accelerator", "number_format", "gang_size"),
    (
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("number_format", "choice", "format", choices=FORMATS),
        Column(
            "gang_size",
            "integer",
            "the row holds for gangs up to this size; empty: any size",
            "accelerators",
            None,
            low=1,
        ),
        Column("mfu", "number", "model FLOP utilisation against the format's peak", "", low=0, high=1, low_open=True),
        Column("goodput", "number", "share of the gang's time that is useful", "", 1.0, low=0, high=1, low_open=True),
    ),
)
EQUATIONS = (
    Equation(
        "D1",
        "gangs_fit_online",
        "gangs present in a slot fit what is online",
        "accelerators",
        ("accelerator", "site", "slot"),
    ),
    Equation(
        "D2",
        "gangs_and_streams_fit_online",
        "gangs and streams fit what is online over the period",
        "accelerators",
        ("accelerator", "site", "period"),
    ),
    Equation("D3", "run_starts_at_most_once", "a run starts at most once", "-", ("run",)),
    Equation("D4", "must_run_starts", "a run that must run starts", "-", ("run",), Limit("run that must run", 1000)),
)
OUTPUTS = (Output("start", "start", ("candidate",), "1", "run starts as this candidate"),)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the demand block: starts of runs, and what gangs and streams take of what is online."""
    b.start = pyo.Var(index_set(range(len(d.placements)), 1), domain=pyo.Binary, doc="run starts")
    gangs, shares = present_gangs(d), gang_shares(d)
    m.offer("start", b.start)
    m.offer("gangs", gangs)
    m.offer("gang_shares", shares)
    _capacity(m, b, d, gangs, shares)
    _runs(b, d)


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what runs are worth."""
    names = ("run", "finish", "value_musd")
    for c, (r, finish, value) in enumerate(zip(*(d.candidates[k].tolist() for k in names), strict=True)):
        m.ledger.add(Line("value", "run", r, finish), value, b.start[c])


def present_gangs(d: Case) -> dict[tuple[str, str, int], list[tuple[int, int]]]:
    """(type, place, slot): the gang and number of every candidate present there."""
    gangs: dict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
    names = ("candidate", "accelerator", "site", "first_slot", "last_slot", "n")
    for c, g, s, first, last, n in zip(*(d.parts[k].tolist() for k in names), strict=True):
        for h in range(first, last + 1):
            gangs[g, s, h].append((n, c))
    return gangs


def gang_shares(d: Case) -> dict[tuple[str, str, int], list[tuple[float, int]]]:
    """(type, place, period): n * share of the period present, and number, of every candidate."""
    shares: dict[tuple[str, str, int], list[tuple[float, int]]] = defaultdict(list)
    period_of = [slot.period for slot in d.calendar.slots]
    periods = d.calendar.periods
    names = ("candidate", "accelerator", "site", "first_slot", "last_slot", "start", "finish", "n")
    for c, g, s, first, last, start, finish, n in zip(*(d.parts[k].tolist() for k in names), strict=True):
        for t in range(period_of[first], period_of[last] + 1):
            months = min(periods[t].end, finish) - max(periods[t].start, start)
            shares[g, s, t].append((n * months / periods[t].months, c))
    return shares


def _capacity(
    m: Workspace,
    b: Any,
    d: Case,
    gangs: dict[tuple[str, str, int], list[tuple[int, int]]],
    shares: dict[tuple[str, str, int], list[tuple[float, int]]],
) -> None:
    """D1 by slot, D2 by period."""
    online, used = m.need("online"), m.need("stream_units")
    healthy = {g: row["availability"] for g, row in d.accelerators.items()}

    def there(g: str, s: str, t: int) -> Any:
        return linear([(healthy[g] * c, v) for c, v in online.get((g, s, t), [])])

    def gangs_fit_online(b: Any, g: str, s: str, h: int) -> Any:
        return taken(gangs[g, s, h], b.start) <= there(g, s, d.calendar.slots[h].period)

    def gangs_and_streams_fit_online(b: Any, g: str, s: str, t: int) -> Any:
        return taken(shares.get((g, s, t), []), b.start) + linear(used.get((g, s, t), [])) <= there(g, s, t)

    b.gangs_fit_online = pyo.Constraint(without_repeats(gangs, d.calendar), rule=gangs_fit_online, doc="(D1)")
    b.gangs_and_streams_fit_online = pyo.Constraint(
        [key for key in online if key in shares or key in used], rule=gangs_and_streams_fit_online, doc="(D2)"
    )


def _runs(b: Any, d: Case) -> None:
    of_run: dict[str, list[int]] = {r: [] for r in d.runs}
    for c, r in enumerate(d.placements["run"].tolist()):
        if r in of_run:  # else one in progress
            of_run[r].append(c)

    def starts(b: Any, r: str) -> Any:
        return linear([(1.0, b.start[c]) for c in of_run[r]])

    b.run_starts_at_most_once = pyo.Constraint(
        [r for r in d.runs if of_run[r]], rule=lambda b, r: starts(b, r) <= 1, doc="(D3)"
    )
    b.must_run_starts = pyo.Constraint(
        [r for r, row in d.runs.items() if row["must_run"]], rule=lambda b, r: starts(b, r) >= 1, doc="(D4)"
    )


ROOM = Room(
    name="demand",
    build=build,
    account=account,
    needs=("online", "stream_units"),
    offers=("start", "gangs", "gang_shares"),
    money=(("value", "run"),),
    inputs=(TEAMS, RUNS, RUNNING, MFU),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"start": "run"},
)
