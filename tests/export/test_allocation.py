"""Who has which accelerators when: months, quotas, memos, and the folder they are written to."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner
from planner import InputError, Plan
from planner.export.allocation import write_allocation
from planner.export.allocation.memo import memo_text, teams_of
from planner.export.tables import PlanTables, csv_text
from tests.closed_forms.builder import PRICE, accelerator, date, factor, run, scenario
from tests.export.shared import shared


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planner.load(shared()).solve()


@pytest.fixture(scope="module")
def told(plans: dict[str, Plan]) -> dict[str, Plan]:
    """The plans of this folder, and a real one."""
    return plans | {"llama-2023": planner.load("llama-2023").solve(gap=0.05, threads=1)}


def frame(plan: Plan, name: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(csv_text(getattr(PlanTables(plan.data), name))))


def series(months: pd.DataFrame, **at: str) -> list[float]:
    found = months
    for name, value in at.items():
        found = found[found[name] == value]
    by_month = found.set_index("month").n
    return [float(by_month.get(f"{date(m)}-01", 0.0)) for m in range(12)]


def test_months_by_hand(plan: Plan) -> None:
    months = frame(plan, "months")
    assert series(months, load="big") == [0, 6, 6, 6, 6] + 7 * [0]
    assert series(months, load="all") == 6 * [0] + [8] + 5 * [0]
    assert series(months, load="work") == pytest.approx([8, 2, 2, 2, 2, 8, 0] + 5 * [6])
    assert series(months, kind="spare") == pytest.approx(12 * [2])
    assert series(months, kind="unused") == pytest.approx(7 * [0] + 5 * [2])
    assert set(months.team.dropna()) == {"fair_us", "infra"}


def test_quotas_change_when_a_gang_comes_or_goes(plan: Plan) -> None:
    quotas = frame(plan, "quotas")
    found = [(r["from"], r.months, r.team, r.n, r.of_runs, r.of_streams) for _, r in quotas.fillna("-").iterrows()]
    assert found == [
        ("2026-01-01", 1, "infra", 8, 0, 8),
        ("2026-02-01", 4, "fair_us", 6, 6, 0),
        ("2026-02-01", 4, "infra", 2, 0, 2),
        ("2026-06-01", 1, "infra", 8, 0, 8),
        ("2026-07-01", 1, "fair_us", 8, 8, 0),
        ("2026-08-01", 5, "infra", 6, 0, 6),
        ("2026-08-01", 5, "-", 2, 0, 0),
    ]
    assert set(quotas.period) == {"2026-01-01", "2026-07-01"}


@pytest.mark.parametrize("name", ["tiny", "llama-2023", "rich", "campus", "early", "idle", "bare"])
def test_teams_and_unused_are_what_is_online(told: dict[str, Plan], name: str) -> None:
    """Every period, month by month, against the plan's own arrays; streams average to what the plan gives them."""
    data, months = told[name].data, frame(told[name], "months")
    starts = data.period.values.astype("datetime64[M]")
    months["at"] = np.searchsorted(starts, pd.to_datetime(months.month).to_numpy("datetime64[M]"), side="right") - 1
    told = months.groupby(["accelerator", "site", "month", "at"]).n.sum()
    if "online" not in data:
        assert months.empty
        return
    for (g, site, _, t), n in told.items():
        assert n == pytest.approx(data.online.sel(accelerator=g, site=site).values[t])
    assert len(told) == sum(int(data.months[t]) for *_, t in np.argwhere(data.online.transpose(..., "period").values))
    assert (months.n > 0).all()
    held = months[months.kind.isin(["run", "stream"])]
    taken = (data.taken * data.months).sum().item() if "taken" in data else 0.0
    assert held.n.sum() == pytest.approx(taken)
    if "stream_use" in data:
        for stream in data.stream.values:
            given = (data.stream_use.sel(stream=stream).sum(["accelerator", "site"]) * data.months).values
            mine = held[held.load == stream].groupby("at").n.sum().reindex(range(len(given)), fill_value=0.0)
            assert mine.tolist() == pytest.approx(given.tolist())


@pytest.mark.parametrize("name", ["tiny", "llama-2023", "rich", "campus"])
def test_quotas_never_add_up_to_more_than_works(told: dict[str, Plan], name: str) -> None:
    tables = PlanTables(told[name].data)
    a = tables.facts.allotments
    for month in range(a.calendar.end):
        given: dict[tuple[str, str], int] = {}
        for quota in a.quotas(month):
            place = (quota.site, quota.accelerator)
            given[place] = given.get(place, 0) + quota.n
            gangs = [n[month] for load, n in a.gangs.items() if (load.team, load.site, load.accelerator) ==
                     (quota.team, *place)]  # fmt: skip
            assert quota.of_runs == sum(gangs)
        for place, units in a.healthy.items():
            assert units[month] - 1 < given.get(place, 0) <= units[month] + 1e-6


def test_a_memo_says_what_a_team_gets_and_what_it_does_not(plan: Plan) -> None:
    said = memo_text(PlanTables(plan.data), "fair_us")
    assert said.startswith("# Allocation memo: fair_us (FAIR \\<US\\> \\| two)\n")
    assert "| 2026 Q1, 2026-01 | 4 | 0 | 4 x1 at alpha |" in said
    assert "| 2026 Q2, 2026-04 | 4 | 0 | 4 x1 at alpha |" in said
    assert "| 2026 Q3, 2026-07 | 2.7 | 0 | 2.7 x1 at alpha |" in said
    assert "Q4" not in said
    assert "| big | 2026-02 | 2026-06 | 6 x1 | alpha | 2026-06 | 50.0 | in time |" in said
    assert "| dear | - | - | - | - | 2026-02 | 0.0 | refused |" in said
    assert "- **dear** is refused, 0.001 M$ of value lost. Reason: accelerators taken. Admitted by" in said
    assert "--set runs.dear.must_run=true" in said
    stream = memo_text(PlanTables(plan.data), "infra")
    assert "| 2026 Q1, 2026-01 | 0 | 4 | 4 x1 at alpha |" in stream
    assert "| work | 4.5 | 0.0 |" in stream
    assert "## What is late or refused\n\nNothing.\n" in stream


def test_what_admitting_costs_at_the_margin_is_what_forcing_it_costs(plan: Plan) -> None:
    """Nothing here is whole but the runs, so that the price is that of a second search."""
    forced = planner.load(shared()).with_({"runs.dear.must_run": True}).solve()
    price = float(plan.data.run_admission_musd.sel(run="dear"))
    assert price == pytest.approx(plan.objective_musd - forced.objective_musd, rel=1e-6)
    assert f"Admitted by 1 x1 at alpha from 2026-01 it would cost at least {price:.2g} M$ of today" in memo_text(
        PlanTables(plan.data), "fair_us"
    )
    assert np.isnan(plan.data.run_admission_musd.sel(run="big"))


def test_what_admitting_costs_by_hand() -> None:
    """Four x1 more to be bought in month 6 for a run that brings 0.1 M$ in month 12."""
    runs = [run("a", 2, 6, 6, 5), run("dear", 4, 6, 6, 0.1)]
    found = planner.load(scenario([6, 6], runs=runs)).solve().data.sel(run="dear")
    assert found.run_admission_musd.item() == pytest.approx(4 * PRICE * factor(6) - 0.1 * factor(12))
    assert found.candidate_start.values[found.run_nearest_candidate.item()] == date(6)


def test_the_price_of_being_in_time_is_less_that_of_the_start_it_has() -> None:
    """Two x1 bought in month 0 at three times the price of month 6, from which on the run is half a year late.

    In time it brings 0.4 M$ in month 6, late 0.3 in month 12; `a` and `c` buy an x1 each in either month.
    """
    price = [{"item": "x1", "date": date(0), "price": 90_000}, {"item": "x1", "date": date(6), "price": 30_000}]
    late = run("b", 2, 6, 0, 0.4, latest=date(6), value_loss_per_month=1 - 0.75 ** (1 / 6))
    tables = {"accelerators": [accelerator(life_months=6)], "prices": price}
    runs = [run("a", 1, 6, 0, 5), run("c", 1, 6, 6, 5), late]
    found = planner.load(scenario([6, 6], runs=runs, **tables)).solve().data.sel(run="b")
    assert found.run_status == "late"
    in_time, instead = 0.4 * factor(6) - 2 * 0.09, 0.3 * factor(12) - 2 * 0.03 * factor(6)
    assert found.run_admission_musd.item() == pytest.approx(instead - in_time)
    assert found.candidate_start.values[found.run_nearest_candidate.item()] == date(0)


def test_what_stands_in_the_way_whole_has_no_price(plans: dict[str, Plan]) -> None:
    """`b` of tiny is late: in time it would need a third lot, which no price tells."""
    said = memo_text(PlanTables(plans["tiny"].data), "research")
    assert "- **b** is 6 months late, 59.0 M$ of value lost. Reason: accelerators taken (a). " in said
    assert (
        "At the limits' prices 2,000 x1 at alpha from 2026-07 is not too dear; what stands in its way is whole" in said
    )


def test_a_plan_without_prices_says_so(plan: Plan) -> None:
    """As an earlier version, or a search that still goes on, leaves it."""
    data = plan.data.drop_vars(["run_admission_musd", "run_nearest_candidate", "run_reason"])
    said = memo_text(PlanTables(data), "fair_us")
    assert "Reason: none is kept in this plan; what admitting it would cost has no price in this plan." in said


def test_the_memo_of_a_group_is_that_of_its_teams() -> None:
    """`lab` has both teams: the gang of the one and the stream of the other."""
    teams = [{"team": "lab"}, *({"team": team, "parent": "lab"} for team in ("fair_us", "infra"))]
    tables = PlanTables(planner.load(shared(teams=teams)).solve().data)
    group, one = memo_text(tables, "lab"), memo_text(tables, "fair_us")
    assert "For all of its teams: fair_us, infra." in group and "| big " in group and "work" in group
    assert "Part of lab, which has a memo of its own." in one and "work" not in one


def test_everybody_gets_a_memo(plans: dict[str, Plan], plan: Plan) -> None:
    assert teams_of(PlanTables(plan.data)) == ["fair_us", "infra"]
    assert teams_of(PlanTables(plans["campus"].data)) == ["no team", "research"]
    before = memo_text(PlanTables(plans["campus"].data), "no team")
    assert "| before | before 2026-01 | 2026-04 | 100 old | alpha | - | - | runs on from before |" in before
    for name in ("tiny", "rich", "campus", "early", "idle", "bare"):
        tables = PlanTables(plans[name].data)
        for team in teams_of(tables):
            rows = [line for line in memo_text(tables, team).splitlines() if line.startswith("|")]
            assert all(line.endswith("|") for line in rows)


def test_the_folder_of_a_plan_from_a_file(plan: Plan, tmp_path: Path) -> None:
    again = planner.open_plan(plan.to_netcdf(tmp_path / "plan.nc"))
    one, two = (write_allocation(x.data, tmp_path / name, "2026-03") for x, name in ((plan, "one"), (again, "two")))
    names = ["months.csv", "quotas.csv", "memo-fair_us.md", "memo-infra.md", "kueue-2026-03.yaml"]
    assert [path.name for path in one] == names
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert len(write_allocation(plan.data, tmp_path / "three")) == len(names) - 1


def test_a_month_outside_the_plan_writes_nothing(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the plan is from 2026-01 to 2026-12, got 2027-01"):
        write_allocation(plan.data, tmp_path / "none", "2027-01")
    assert not (tmp_path / "none").exists()
