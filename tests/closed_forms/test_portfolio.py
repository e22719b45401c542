"""Closed forms of the portfolio: options, merging, partners, licences, efficiency, precedence, cancelling.

Each decision has a case in which it is right and one in which it is wrong. Gangs of x1 cost 0.03 M$ each to buy at
the date on which they start, and 10 % a year is what a M$ loses.
"""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InfeasibleError
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.results.plan import Plan
from planner.results.starts import start_values
from planner.solve.compile import compile_model
from tests.closed_forms.builder import (
    PRICE,
    date,
    factor,
    money,
    run,
    scenario,
    solve,
    total,
    with_fleet,
)

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def programme(name: str, value: float, due: int = 12, **cells: Any) -> Row:
    """A programme worth so many M$ if it is fulfilled by a month."""
    return {"programme": name, "value_musd": value, "due": date(due)} | cells


def by(name: str, run_or_none: str | None, **cells: Any) -> Row:
    """An option of a programme, named after its run or `licence`."""
    return {"programme": name, "option": run_or_none or "licence", "run": run_or_none} | cells


def bought(runs: list[Row], programmes: list[Row], options: list[Row], periods: tuple[int, ...] = (6, 6),
           **tables: Any) -> Row:  # fmt: skip
    """A scenario in which all compute is bought: 0.03 M$ for each x1 at the start of the period."""
    return scenario(list(periods), runs=runs, programmes=programmes, programme_options=options, **tables)


def on_fleet(count: int, runs: list[Row], programmes: list[Row], options: list[Row],
             periods: tuple[int, ...] = (6, 6), **tables: Any) -> Row:  # fmt: skip
    """A scenario with so many x1 and none to buy."""
    return with_fleet(count, list(periods), runs=runs, programmes=programmes, programme_options=options, **tables)


def fate(plan: Plan, name: str) -> dict[str, Any]:
    """What a plan says of a programme."""
    said = {v: plan.data[v].sel(programme=name).item() for v in plan.data if str(v).startswith("programme_")}
    return {str(v).removeprefix("programme_"): value for v, value in said.items()}


@pytest.mark.parametrize("value", [0.5, 0.1])
def test_a_run_fulfils_its_programme_or_it_is_refused(value: float) -> None:
    """Four x1 at 0.12 M$ in month 0, the value at month 6."""
    net = value * factor(6) - 4 * PRICE
    plan = solve(bought([run("a", 4, 6, 0, 0.0)], [programme("p", value)], [by("p", "a")]), max(net, 0.0))
    said = fate(plan, "p")
    assert said["status"] == ("fulfilled" if net > 0 else "refused")
    assert (said["option"], said["way"], said["finish"]) == (("a", "run", date(6)) if net > 0 else ("", "", ""))
    assert plan.data["run_status"].item() == ("started" if net > 0 else "refused")


@pytest.mark.parametrize(("share", "smaller"), [(0.9, True), (0.7, False)])
def test_smaller_run(share: float, smaller: bool) -> None:
    """A run of 4 brings a part of what one of 10 does: both at once are no option, the better one is taken."""
    runs = [run("full", 10, 6, 0, 0.0), run("small", 4, 6, 0, 0.0)]
    net = {"full": 1.0 * factor(6) - 10 * PRICE, "small": share * factor(6) - 4 * PRICE}
    assert (net["small"] > net["full"]) == smaller
    plan = solve(
        bought(runs, [programme("p", 1.0)], [by("p", "full"), by("p", "small", share=share)]), max(net.values())
    )
    assert fate(plan, "p")["option"] == ("small" if smaller else "full")
    assert fate(plan, "p")["value_musd"] == pytest.approx(share if smaller else 1.0)
    taken, left = ("small", "full") if smaller else ("full", "small")
    assert plan.data["run_reason"].sel(run=left).item() == f"p is fulfilled by {taken}"


@pytest.mark.parametrize(("share", "merged"), [(0.9, True), (0.7, False)])
def test_merging(share: float, merged: bool) -> None:
    """One run of 6 for two programmes, at a part of their values, or two of 4: right while the loss is below 0.06."""
    runs = [run("a", 4, 6, 0, 0.0), run("b", 4, 6, 0, 0.0), run("both", 6, 6, 0, 0.0)]
    options = [by("p", "a"), by("q", "b"), by("p", "both", share=share), by("q", "both", share=share)]
    apart, together = 0.5 * factor(6) - 8 * PRICE, 0.5 * share * factor(6) - 6 * PRICE
    assert (together > apart) == merged
    plan = solve(bought(runs, [programme("p", 0.3), programme("q", 0.2)], options), max(apart, together))
    assert [fate(plan, p)["way"] for p in "pq"] == (["merged run"] * 2 if merged else ["run"] * 2)


def test_a_merged_run_is_the_option_of_all_its_programmes() -> None:
    """It leaves no room for a second option of one of them: with `both`, `a` has nothing to fulfil."""
    runs = [run("a", 1, 6, 0, 0.0), run("both", 1, 6, 0, 0.0)]
    options = [by("p", "a"), by("p", "both", share=0.25), by("q", "both")]
    solve(
        on_fleet(9, runs, [programme("p", 1.0), programme("q", 0.6)], options),
        (0.25 + 0.6) * factor(6) + 0.15 * factor(6),
    )


@pytest.mark.parametrize(("rent", "partner"), [(800, True), (5000, False)])
def test_partner(rent: float, partner: bool) -> None:
    """A partner's compute is a lease: six months of rent and a fee of 0.01 M$ against 0.03 M$ for each x1."""
    lease = {"lease": "ally", "accelerator": "x1", "lot_size": 1, "max_lots": 9, "from": date(0), "term_months": 6}
    lease |= {"usd_per_accelerator_month": rent}
    runs = [run("own", 4, 6, 0, 0.0, sites=["alpha"]), run("theirs", 4, 6, 0, 0.0, sites=["ally"])]
    nets = [1.0 * factor(6) - 4 * PRICE, 1.0 * factor(6) - 4 * 6 * rent / 1e6 - 0.01]
    assert (nets[1] > nets[0]) == partner
    case = bought(runs, [programme("p", 1.0)], [by("p", "own"), by("p", "theirs", fee_musd=0.01)], (6,), leases=[lease])
    plan = solve(case, max(nets))
    assert fate(plan, "p")["way"] == ("leased" if partner else "run")
    assert (f"fee option p {date(0)}" in money(plan)) == partner


@pytest.mark.parametrize(("fee", "licensed"), [(0.1, True), (0.3, False)])
def test_licence(fee: float, licensed: bool) -> None:
    """A third party's model from month 3, two months late, a tenth of its value lost each: fee against compute."""
    p = programme("p", 0.5, due=1, value_loss_per_month=0.1)
    nets = [(0.5 * 0.81 - fee) * factor(3), 0.5 * 0.9**5 * factor(6) - 4 * PRICE]
    assert (nets[0] > nets[1]) == licensed
    options = [by("p", None, fee_musd=fee, **{"from": date(3)}), by("p", "a")]
    plan = solve(bought([run("a", 4, 6, 0, 0.0)], [p], options), max(nets))
    said = fate(plan, "p")
    assert (said["way"], said["finish"]) == (("licence", date(3)) if licensed else ("run", date(6)))
    assert (said["status"], said["months_late"]) == ("late", 2 if licensed else 5)
    assert total(plan, "licensed") == licensed
    assert plan.data["run_reason"].item() == ("p is fulfilled by licence" if licensed else "")


@pytest.mark.parametrize(("must", "value"), [(True, 0.1), (False, 0.1)])
def test_must_be_fulfilled(must: bool, value: float) -> None:
    """At a loss only where it must be: the licence costs 0.2 M$, the compute 0.12."""
    net = value * factor(6) - 4 * PRICE
    options = [by("p", "a"), by("p", None, fee_musd=0.2)]
    solve(bought([run("a", 4, 6, 0, 0.0)], [programme("p", value, must_fulfil=must)], options), net if must else 0.0)


@pytest.mark.parametrize("fee", [0.2, 0.1])
def test_least_cost_of_what_must_be_fulfilled(fee: float) -> None:
    """Value left out, the cheaper of compute at 0.12 M$ and a licence is taken."""
    options = [by("p", "a"), by("p", None, fee_musd=fee)]
    case = bought(
        [run("a", 4, 6, 0, 0.0)], [programme("p", 9, must_fulfil=True)], options, finance={"objective": "least_cost"}
    )
    solve(case, -min(fee, 4 * PRICE))


def test_must_be_fulfilled_that_cannot() -> None:
    """Without any that can be had, the programme is named."""
    case = on_fleet(3, [run("a", 3, 6, 0, 1.0, must_run=True), run("b", 3, 6, 0, 0.0)],
                    [programme("p", 1.0, must_fulfil=True)], [by("p", "b")])  # fmt: skip
    with pytest.raises(InfeasibleError) as raised:
        planner.load(case).solve()
    assert "must" in raised.value.explanation


@pytest.mark.parametrize("counts", [True, False])
def test_objective_counts_revenue_or_value(counts: bool) -> None:
    """0.2 M$ of revenue, 0.6 of value: whichever is declared is counted, once; the other is reported."""
    p = programme("p", 0.6, revenue_musd=0.2, counts_revenue=counts)
    plan = solve(on_fleet(4, [run("a", 4, 6, 0, 0.0)], [p], [by("p", "a")]), (0.2 if counts else 0.6) * factor(6))
    assert (fate(plan, "p")["value_musd"], fate(plan, "p")["revenue_musd"]) == pytest.approx((0.6, 0.2))
    assert money(plan) == pytest.approx({f"value programme p {date(6)}": 0.2 if counts else 0.6})


def ladder(*levels: tuple[float, float, int]) -> list[Row]:
    """Rows of `efficiency` of p: (compute left, M$, lead)."""
    names = ("flop_factor", "cost_musd", "lead_months")
    return [{"programme": "p", "level": i} | dict(zip(names, level, strict=True)) for i, level in enumerate(levels, 1)]


@pytest.mark.parametrize(("cost", "invest"), [(0.05, True), (0.07, False)])
def test_efficiency(cost: float, invest: bool) -> None:
    """Half the compute saves 2 of 4 x1, 0.06 M$ at the start in month 6; the cost falls due two months before."""
    saving = [0.0, 2 * PRICE * factor(6) - cost * factor(4)]
    assert (saving[1] > 0) == invest
    net = 1.0 * factor(12) - 4 * PRICE * factor(6) + max(saving)
    plan = solve(
        bought([run("a", 4, 6, 6, 0.0)], [programme("p", 1.0)], [by("p", "a")], efficiency=ladder((0.5, cost, 2))), net
    )
    assert total(plan, "efficiency_ready") == invest
    assert plan.data["run_n"].item() == (2 if invest else 4)
    assert money(plan).get(f"fee efficiency p {date(4)}", 0.0) == pytest.approx(cost if invest else 0.0)


@pytest.mark.parametrize(("lead", "start"), [(2, 2), (3, 3), (7, None)])
def test_a_level_is_ready_its_lead_after_it_is_begun(lead: int, start: int | None) -> None:
    """2 x1 stand: the run of 4 fits once its compute is halved, and not before; each month late costs a tenth."""
    p = programme("p", 1.0, due=1, value_loss_per_month=0.1)
    case = on_fleet(2, [run("a", 4, 1, 0, 0.0, latest=date(5), due=date(1))], [p], [by("p", "a")], (6,),
                    efficiency=ladder((0.5, 0.01, lead)))  # fmt: skip
    plan = solve(case, 0.0 if start is None else 0.9**start * factor(start + 1) - 0.01)
    assert plan.data["run_start"].item() == ("" if start is None else date(start))


@pytest.mark.parametrize(
    ("costs", "level"), [((0.05, 0.05), 2), ((0.05, 0.12), 1), ((0.2, 0.05), 0), ((0.11, 0.06), 2)]
)
def test_levels_stand_on_each_other(costs: tuple[float, float], level: int) -> None:
    """8 x1, 4 with the first level, 1 with the second: the second costs what the first does too."""
    nets = [-8 * PRICE, -4 * PRICE - costs[0], -1 * PRICE - sum(costs)]
    nets = [1.0 * factor(12) + net * factor(6) for net in nets]
    assert nets.index(max(nets)) == level
    rows = ladder((0.5, costs[0], 0), (0.125, costs[1], 0))
    plan = solve(bought([run("a", 8, 6, 6, 0.0)], [programme("p", 1.0)], [by("p", "a")], efficiency=rows), max(nets))
    assert plan.data["run_n"].item() == (8, 4, 1)[level]
    assert total(plan, "efficiency_ready") == level


@pytest.mark.parametrize(("leads", "start"), [((1, 4), 4), ((4, 1), 4), ((2, 2), 2)])
def test_a_ladder_takes_its_longest_lead(leads: tuple[int, int], start: int) -> None:
    """1 x1 stands, which takes both levels: the later of them says when; each is paid its lead before."""
    p = programme("p", 1.0, due=1, value_loss_per_month=0.1)
    rows = ladder((0.5, 0.01, leads[0]), (0.25, 0.02, leads[1]))
    case = on_fleet(1, [run("a", 4, 1, 0, 0.0, latest=date(5))], [p], [by("p", "a")], (6,), efficiency=rows)
    paid = 0.01 * factor(start - leads[0]) + 0.02 * factor(start - leads[1])
    plan = solve(case, 0.9**start * factor(start + 1) - paid)
    assert plan.data["run_start"].item() == date(start)


def test_the_tail_is_as_long_as_the_lead_of_a_level() -> None:
    """A level begun at the end of the reported year is ready inside the tail: 30 months behind it, not 24."""
    case = bought([run("a", 4, 6, 6, 0.0)], [programme("p", 1.0)], [by("p", "a")],
                  efficiency=ladder((0.5, 0.01, 2), (0.25, 0.01, 30)))  # fmt: skip
    case["calendar"]["tail_months"] = None
    assert planner.load(case).case.calendar.end == 12 + 30


def window(name: str, gang: int, months: int, first: int, last: int, value: float = 0.0) -> Row:
    """A run that may start in any month from first to last."""
    return run(name, gang, months, first, value, latest=date(last), due=date(24))


@pytest.mark.parametrize(("lag", "start"), [(0, 2), (1, 3), (4, None)])
def test_a_run_waits_for_another(lag: int, start: int | None) -> None:
    """There is room for both at once; `b` starts `lag` months after the finish of `a`, at 2, and no later than 5."""
    runs = [window("a", 2, 2, 0, 0, 0.5), window("b", 2, 1, 0, 5, 1.0)]
    case = with_fleet(4, [6], runs=runs, precedence=[{"run": "b", "after": "a", "lag_months": lag}])
    plan = solve(case, 0.5 * factor(2) + (0.0 if start is None else factor(start + 1)))
    assert plan.data["run_start"].sel(run="b").item() == ("" if start is None else date(start))


@pytest.mark.parametrize(("value", "both"), [(0.2, True), (0.05, False)])
def test_a_run_needs_the_other_done(value: float, both: bool) -> None:
    """`a` alone costs 0.12 M$ and brings nothing: it is done for the sake of `b`, which comes after, or neither is."""
    runs = [window("a", 4, 3, 0, 0), window("b", 4, 3, 0, 3, value)]
    net = value * factor(6) - 4 * PRICE
    assert (net > 0) == both
    plan = solve(scenario([6], runs=runs, precedence=[{"run": "b", "after": "a"}]), max(net, 0.0))
    assert total(plan, "start") == (2 if both else 0)
    assert plan.data["run_reason"].sel(run="b").item() == ("" if both else "a is not done")


def held(ends: int = 6, **cells: Any) -> dict[str, list[Row]]:
    """Tables of 4 x1 held by `old`, begun half a year before, that may be cancelled."""
    row = {"running": "old", "site": "alpha", "accelerator": "x1", "n": 4, "until": date(ends)}
    return {"running": [row], "cancellable": [{"running": "old", "started": date(-6)} | cells]}


@pytest.mark.parametrize(("worth", "fee", "cancelled"), [(0.8, 0.05, True), (0.8, 0.25, False), (1.1, 0.05, False)])
def test_cancelling(worth: float, fee: float, cancelled: bool) -> None:
    """4 of 4 are held until month 12; `new` brings 1 M$ if it has them from 6 on: against what runs, and the fee."""
    nets = [worth * factor(12), 1.0 * factor(12) - fee * factor(6)]
    assert (nets[1] > nets[0]) == cancelled
    case = with_fleet(
        4, [6, 6], runs=[run("new", 4, 6, 6, 1.0)], **held(12, fee_musd=fee, value_musd=worth, spent_musd=7)
    )
    plan = solve(case, max(nets))
    assert plan.data["running_status"].item() == ("cancelled" if cancelled else "kept")
    assert plan.data["running_end"].item() == date(6 if cancelled else 12)
    assert plan.data["running_sunk_share"].item() == pytest.approx(12 / 18 if cancelled else 1.0)
    assert money(plan).get(f"fee cancellation old {date(6)}", 0.0) == pytest.approx(fee if cancelled else 0.0)


@pytest.mark.parametrize(("first", "last", "at"), [(None, None, 0), (1, None, 3), (4, None, 6), (None, 2, 0)])
def test_cancelled_at_the_start_of_a_period_inside_its_window(first: int | None, last: int | None, at: int) -> None:
    """Periods from 0, 3, 6; `old` until 9: `new` of a month has its gang from then on, each month of waiting costs."""
    new = run("new", 4, 1, 0, 1.0, latest=date(8), due=date(1), value_loss_per_month=0.1)
    dates = {"from": None if first is None else date(first), "until": None if last is None else date(last)}
    plan = solve(
        with_fleet(4, [3, 3, 3], runs=[new], **held(9, fee_musd=0.01, **dates)),
        0.9**at * factor(at + 1) - 0.01 * factor(at),
    )
    assert plan.data["run_start"].item() == date(at)


def test_streams_and_gangs_have_what_a_cancelled_run_held() -> None:
    """4 free x1 for half a year, at 0.01 M$ a month, against a fee of 0.2 M$."""
    tables: dict[str, Any] = {
        "streams": [{"stream": "work", "mfu": 1, "eligible": ["x1"]}],
        "stream_segments": [{"stream": "work", "up_to_pflops": 100, "musd_per_pflops_month": 0.01}],
    }
    solve(with_fleet(4, [6], **tables, **held(6, fee_musd=0.2)), 4 * 6 * 0.01 - 0.2)
    solve(with_fleet(4, [6], **tables, **held(6, fee_musd=0.3)), 0.0)


@pytest.mark.parametrize(("share", "cancelled"), [(0.5, True), (0.95, False)])
def test_what_runs_may_fulfil_a_programme(share: float, cancelled: bool) -> None:
    """`old` fulfils p in part by month 6; cancelled, its 4 x1 do the whole of it by month 12."""
    options = [by("p", "old", share=share), by("p", "new")]
    nets = [share * factor(6), 1.0 * factor(12) - 0.05]
    assert (nets[1] > nets[0]) == cancelled
    case = on_fleet(4, [run("new", 4, 12, 0, 0.0)], [programme("p", 1.0)], options, **held(6, fee_musd=0.05))
    plan = solve(case, max(nets))
    assert fate(plan, "p")["way"] == ("run" if cancelled else "run in progress")


def test_what_comes_after_a_run_in_progress_needs_it_kept() -> None:
    """`next` (1 M$) starts after `old` is done at 6: kept, though half a year of work would bring 0.6 M$."""
    work = {
        "streams": [{"stream": "work", "mfu": 1, "eligible": ["x1"]}],
        "stream_segments": [{"stream": "work", "up_to_pflops": 100, "musd_per_pflops_month": 0.025}],
        "stream_demand": [{"stream": "work", "from": date(6), "ceiling_pflops": 0}],
    }
    rows = [{"run": "next", "after": "old"}]
    for value, objective in ((1.0, factor(12)), (0.5, 4 * 6 * 0.025)):
        runs = [run("next", 4, 6, 6, value)]
        solve(with_fleet(4, [6, 6], runs=runs, precedence=rows, **work, **held(6)), objective)


def test_sunk_is_not_counted() -> None:
    """What was spent before changes nothing of the plan."""
    cases = [with_fleet(4, [6, 6], runs=[run("new", 4, 6, 6, 1.0)], **held(12, spent_musd=spent)) for spent in (0, 50)]
    for case in cases:
        solve(case, 1.0 * factor(12))


def test_account_of_a_programme() -> None:
    """Revenue 0.5 M$ at month 6; 4 x1 bought for it alone are 0.12 M$ at shadow prices; a fee of 0.03 M$."""
    p = programme("p", 0.5, revenue_musd=0.5)
    plan = solve(bought([run("a", 4, 6, 0, 0.0)], [p], [by("p", "a", fee_musd=0.03)]), 0.5 * factor(6) - 0.15)
    said = fate(plan, "p")
    assert said["revenue_today_musd"] == pytest.approx(0.5 * factor(6))
    assert (said["fees_today_musd"], said["compute_today_musd"]) == pytest.approx((0.03, 0.12))
    assert said["margin_today_musd"] == pytest.approx(0.5 * factor(6) - 0.15)
    assert said["break_even_musd"] == pytest.approx(0.15 / factor(6))


def test_account_of_a_merged_run_and_of_a_refused_programme() -> None:
    """6 x1 at 0.18 M$ for p and q, shared 3 to 1 as their values; r, refused, would need 4 x1: 0.12 M$."""
    runs = [run("both", 6, 6, 0, 0.0), run("c", 4, 6, 0, 0.0)]
    programmes = [programme("p", 0.6, revenue_musd=0.1), programme("q", 0.2), programme("r", 0.01)]
    plan = solve(bought(runs, programmes, [by("p", "both"), by("q", "both"), by("r", "c")]), 0.8 * factor(6) - 0.18)
    assert [fate(plan, p)["compute_today_musd"] for p in "pqr"] == pytest.approx([0.135, 0.045, 0.0])
    assert fate(plan, "p")["margin_today_musd"] == pytest.approx(0.1 * factor(6) - 0.135)
    assert fate(plan, "r")["break_even_musd"] == pytest.approx(0.12 / factor(6))


def test_account_of_a_level() -> None:
    """2 x1 at 0.06 M$ in month 6, the level's 0.01 M$ in month 4."""
    case = bought([run("a", 4, 6, 6, 0.0)], [programme("p", 1.0)], [by("p", "a")], efficiency=ladder((0.5, 0.01, 2)))
    said = fate(planner.load(case).solve(), "p")
    assert said["fees_today_musd"] == pytest.approx(0.01 * factor(4))
    assert said["compute_today_musd"] == pytest.approx(0.06 * factor(6))


def test_a_run_of_no_programme_is_as_it_was() -> None:
    """Its own value counts beside that of programmes."""
    runs = [run("a", 4, 6, 0, 0.0), run("b", 4, 6, 0, 0.7)]
    solve(on_fleet(8, runs, [programme("p", 0.5)], [by("p", "a")]), 1.2 * factor(6))


def test_a_plan_starts_another_by_the_level_of_its_runs() -> None:
    """The start of a search takes over which level a run is at, not only when and where it starts."""
    case = bought([run("a", 4, 6, 6, 0.0)], [programme("p", 1.0)], [by("p", "a")], efficiency=ladder((0.5, 0.01, 2)))
    study = planner.load(case)
    model = assemble(study.case)
    matrix = compile_model(model, ROOMS)
    values = start_values(study.solve().data, model, study.case, ROOMS, matrix)
    taken = {matrix.names[i][1:] for i, value in values.items() if value == 1}
    halved = study.case.placements.index[study.case.placements["level"] == 1].item()
    assert {("start", halved), ("ready", ("p.1", 6))} <= taken
    assert values[matrix.names.index(("demand", "start", 1 - halved))] == 0
