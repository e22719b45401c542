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

from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Table
from planner.core.rules import given_one_way, ids_apart, not_later
from planner.data.derive import Case
from planner.model.formats import FORMATS
from planner.model.slots import Ints, Present, by_step, taken, without_repeats
from planner.model.terms import Numbers, Terms
from planner.model.workspace import Line, Workspace, linear

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
    b.start = pyo.Var(pyo.RangeSet(0, len(d.placements) - 1), domain=pyo.Binary, doc="run starts")
    starts = list(b.start.values())
    gangs, shares = present_gangs(d), gang_shares(d)
    m.offer("start", b.start)
    m.offer("gangs", gangs)
    m.offer("gang_shares", shares)
    _capacity(m, b, d, starts, gangs, shares)
    _runs(b, d, starts)


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what runs are worth."""
    starts, values = list(b.start.values()), d.candidates["value_musd"].to_numpy(dtype=float)
    alike: Any = d.candidates.groupby(["run", "finish"], sort=False).indices
    for (r, finish), which in alike.items():
        line = Line("value", "run", r, int(finish))
        m.ledger.add_all(line, values[which].tolist(), map(starts.__getitem__, which.tolist()))


def present_gangs(d: Case) -> dict[tuple[str, str, int], Present]:
    """(type, place, slot): the gang and number of every candidate present there."""
    n = d.parts["n"].to_numpy(dtype=np.int64)
    return _presence(d, np.arange(len(d.calendar.slots)), lambda rows, h: n[rows])


def gang_shares(d: Case) -> dict[tuple[str, str, int], Present]:
    """(type, place, period): n * share of the period present, and number, of every candidate."""
    start, finish, n = (d.parts[name].to_numpy(dtype=np.int64) for name in ("start", "finish", "n"))
    periods = d.calendar.periods

    def shares(rows: Ints, t: int) -> Numbers:
        months = np.minimum(periods[t].end, finish[rows]) - np.maximum(periods[t].start, start[rows])
        return n[rows] * months / periods[t].months

    return _presence(d, np.array([slot.period for slot in d.calendar.slots]), shares)


def _presence(d: Case, step_of: Ints, amounts: Callable[[Ints, int], Numbers]) -> dict[tuple[str, str, int], Present]:
    """(type, place, step): who is present in any slot of it; `amounts` of rows of `parts` in a step."""
    parts = d.parts
    first, last, candidate = (parts[k].to_numpy(dtype=np.int64) for k in ("first_slot", "last_slot", "candidate"))
    found = []
    groups: Any = parts.groupby(["accelerator", "site"], sort=False).indices
    for (g, s), rows in groups.items():
        for step, members in by_step(step_of[first[rows]], step_of[last[rows]]):
            here = rows[members]
            found.append((here[0], (g, s, step), Present(amounts(here, step), candidate[here])))
    # in the order in which the candidates come to a place: that of the rows of D1
    found.sort(key=lambda item: (item[0], item[1][-1]))
    return {key: present for _, key, present in found}


def _capacity(
    m: Workspace,
    b: Any,
    d: Case,
    starts: list[Any],
    gangs: dict[tuple[str, str, int], Present],
    shares: dict[tuple[str, str, int], Present],
) -> None:
    """D1 by slot, D2 by period."""
    online, used, slots = m.need("online"), m.need("stream_units"), d.calendar.slots
    healthy = {g: row["availability"] for g, row in d.accelerators.items()}

    def there(g: str, s: str, t: int) -> Any:
        return linear([(healthy[g] * c, v) for c, v in online.get((g, s, t), [])])

    def gangs_fit_online(b: Any, g: str, s: str, h: int) -> Any:
        return taken(gangs[g, s, h], starts) <= there(g, s, slots[h].period)

    def gangs_and_streams_fit_online(b: Any, g: str, s: str, t: int) -> Any:
        streams = linear(used.get((g, s, t), []))
        return (taken(shares[g, s, t], starts) + streams if (g, s, t) in shares else streams) <= there(g, s, t)

    b.gangs_fit_online = pyo.Constraint(without_repeats(gangs, d.calendar), rule=gangs_fit_online, doc="(D1)")
    b.gangs_and_streams_fit_online = pyo.Constraint(
        [key for key in online if key in shares or key in used], rule=gangs_and_streams_fit_online, doc="(D2)"
    )


def _runs(b: Any, d: Case, starts: list[Any]) -> None:
    """D3 and D4: each run once, if at all."""
    of_run: Any = d.placements.groupby("run", sort=False).indices

    def total(r: str) -> Any:
        return Terms(np.ones(len(of_run[r])), starts, positions=of_run[r]) if r in of_run else linear([])

    b.run_starts_at_most_once = pyo.Constraint(
        [r for r in d.runs if r in of_run], rule=lambda b, r: total(r) <= 1, doc="(D3)"
    )
    b.must_run_starts = pyo.Constraint(
        [r for r, row in d.runs.items() if row["must_run"]], rule=lambda b, r: total(r) >= 1, doc="(D4)"
    )


ROOM = Room(
    name="demand",
    build=build,
    account=account,
    needs=("online", "stream_units"),
    offers=("start", "gangs", "gang_shares"),
    money=(("value", "run"),),
    inputs=(RUNS, RUNNING, MFU),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"start": "run"},
)
