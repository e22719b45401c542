"""The last responsible date of an order: by hand, on what is bought early, and where it is capped or there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import planner
from planner import Plan
from planner.export.tables import PlanTables
from tests.export.campuses import early


def dates(data: Any) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Order, need and last responsible date of every order, by kind; of the first of each."""
    rows = reversed(PlanTables(data).orders.records())
    return {row["kind"]: (row["order_date"], row["needed_from"], row["last_responsible_date"]) for row in rows}


def planned(change: Callable[[dict[str, Any]], None]) -> Any:
    document = early()
    change(document)
    return planner.load(document).solve().data


def test_what_the_run_of_2027_needs_can_arrive_when_it_starts(plans: dict[str, Plan]) -> None:
    assert dates(plans["early"].data) == {
        "site": ("2026-01", "2026-01", "2026-01"),  # the hall is ordered then
        "accelerator": ("2026-01", "2027-01", "2026-07"),  # less 3 + 3 months
        "hall": ("2026-01", "2027-01", "2026-07"),  # less 6
        "endpoints": ("2026-01", "2027-01", "2026-10"),  # less 3
    }
    slack = {row["kind"]: row["slack_months"] for row in PlanTables(plans["early"].data).orders.records()}
    assert slack == {"site": 0, "accelerator": 6, "hall": 6, "endpoints": 9}


def test_an_order_window_caps_the_date() -> None:
    data = planned(lambda document: document["tables"]["accelerators"][0].update(orderable_until="2026-03"))
    assert dates(data)["accelerator"] == ("2026-01", "2027-01", "2026-03")


def test_halls_are_needed_by_all_that_stands_where_all_must_be_powered() -> None:
    data = planned(lambda document: document["power"].update(basis="installed"))
    assert dates(data)["hall"] == ("2026-01", "2026-07", "2026-01")
    assert dates(data)["accelerator"] == ("2026-01", "2027-01", "2026-07")


def test_an_order_that_nothing_needs_has_no_date(plans: dict[str, Plan]) -> None:
    data = plans["early"].data.copy(deep=True)
    data["in_service"] = data.in_service + 1000
    found = dates(data)
    assert found["accelerator"] == ("2026-01", None, None)
    assert found["hall"] == ("2026-01", "2027-01", "2026-07")


def test_an_instance_is_needed_by_its_endpoints_and_by_gangs_that_cannot_share() -> None:
    def ask_for_instance(document: dict[str, Any]) -> None:
        document["tables"]["fabrics"][0].update(existing_instances=0, instance_price_musd=1)

    # endpoints arrive as early as 2026-04, so their instance cannot arrive later, whatever runs
    assert dates(planned(ask_for_instance))["instances"] == ("2026-01", "2026-04", "2026-01")


@pytest.mark.parametrize(
    ("kind", "order", "needed"),
    [
        ("phase", "2026-04", "2026-10"), ("retrofit", "2026-07", "2026-10"), ("hall", "2026-07", "2026-10"),
        ("link_module", "2026-07", "2026-10"), ("link", "2026-10", "2026-10"), ("site", "2026-04", "2026-04"),
        ("accelerator", "2026-07", "2026-10"),
    ],
)  # fmt: skip
def test_what_is_bought_just_in_time_has_no_slack(plans: dict[str, Plan], kind: str, order: str, needed: str) -> None:
    assert dates(plans["campus"].data)[kind] == (order, needed, order)


@pytest.mark.parametrize("name", ["rich", "tiny", "campus", "early"])
def test_no_last_date_lies_before_its_order(plans: dict[str, Plan], name: str) -> None:
    rows = [row for row in PlanTables(plans[name].data).orders.records() if row["last_responsible_date"]]
    assert rows
    assert all(row["last_responsible_date"] >= row["order_date"] for row in rows)
    assert all(row["needed_from"] >= row["arrival_date"] for row in rows if row["kind"] != "site")
