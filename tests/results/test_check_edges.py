"""Where a rule turns at a date or a number, the check turns at the same one: edges that pass, and one beyond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr

from planner.core.inputs import Inputs
from planner.results.check import check_plan
from planner.results.check.case import Case
from planner.results.check.leases import committed_signature
from tests.results.full_inputs_by_hand import full_inputs
from tests.results.full_plan_by_hand import full_plan
from tests.results.plans_by_hand import row_of, with_inputs

Change = Callable[[dict[str, Any]], None]
X1, GRID, COMING = {"accelerator": "x1"}, {"power_source": "grid"}, {"status": "committed"}


def cell(table: str, column: str, value: Any, **key: Any) -> Change:
    def change(inputs: dict[str, Any]) -> None:
        row_of(inputs, table, **key)[column] = value

    return change


def equations(change: Change) -> set[str]:
    return {finding.equation for finding in check_plan(with_inputs(full_plan(), change)).findings}


def _supply(inputs: dict[str, Any], begins: str, per_month: float) -> None:
    row_of(inputs, "supply", accelerator="y1").update({"from": begins, "per_month": per_month})


# what changes nothing in the plan, though one more or one less would
AT_THE_EDGE: list[tuple[str, Change]] = [
    ("a term that ends where a period starts", cell("leases", "term_months", 14, lease="cloud")),
    ("a signature on the last date", cell("leases", "until", "2026-04", lease="cloud")),
    ("a signature on the first date", cell("leases", "from", "2026-07", lease="pod")),
    ("an order on the first date", cell("accelerators", "orderable_from", "2026-04", accelerator="x1")),
    ("an order on the last date", cell("accelerators", "orderable_until", "2026-04", accelerator="x1")),
    ("a hall on its first date", cell("halls", "available_from", "2026-07", hall="dry")),
    ("a source on its first date", cell("power_sources", "available_from", "2026-07", power_source="grid")),
    ("a fabric on its first date", cell("fabrics", "available_from", "2026-07", fabric="spine")),
    ("a start on the last date", cell("runs", "latest", "2026-07", run="big")),
    ("a start on the first date", cell("runs", "earliest", "2026-10", run="small")),
    ("a finish when due", cell("runs", "due", "2027-04", run="small")),
    ("a contract that just carries the gang", cell("leases", "max_gang", 80, lease="cloud")),
    ("a tier that just carries the gang", cell("fabrics", "max_gang", 200, fabric="spine")),
    ("a band that just holds the gang", cell("mfu", "gang_size", 200, accelerator="x1", gang_size=1000)),
    ("a supply that just holds what comes", cell("supply", "per_month", 200 / 6, accelerator="x1")),
    ("starts that are dense for long enough", lambda inputs: inputs["calendar"].update(dense_start_months=13)),
]


@pytest.mark.parametrize(("what", "change"), AT_THE_EDGE, ids=lambda v: v if isinstance(v, str) else "")
def test_the_plan_passes_at_the_edge(what: str, change: Change) -> None:
    assert equations(change) == set()


# one step further, and what then no longer holds
BEYOND: list[tuple[str, Change, str]] = [
    ("a term one month longer", cell("leases", "term_months", 15, lease="cloud"), "ledger"),
    ("a signature after the last date", cell("leases", "until", "2026-03", lease="cloud"), "eligibility"),
    ("a signature before the first date", cell("leases", "from", "2026-08", lease="pod"), "eligibility"),
    (
        "an order before the first date",
        cell("accelerators", "orderable_from", "2026-05", accelerator="x1"),
        "eligibility",
    ),
    (
        "an order after the last date",
        cell("accelerators", "orderable_until", "2026-03", accelerator="x1"),
        "eligibility",
    ),
    ("a hall before its first date", cell("halls", "available_from", "2026-08", hall="dry"), "eligibility"),
    (
        "a source before its first date",
        cell("power_sources", "available_from", "2026-08", power_source="grid"),
        "eligibility",
    ),
    ("a fabric before its first date", cell("fabrics", "available_from", "2026-08", fabric="spine"), "eligibility"),
    ("a finish after it is due", cell("runs", "due", "2027-03", run="small"), "output:run_status"),
    ("a lead one month longer", cell("halls", "lead_time_months", 7, hall="dry"), "eligibility"),
    ("a life that ends with the horizon", cell("accelerators", "life_months", 18, accelerator="x1"), "ledger"),
    ("a life of less than half the tail", cell("accelerators", "life_months", 11, accelerator="y1"), "F1"),
    ("what retires before half the tail", cell("fleet", "retires", "2027-06", status="existing"), "F1"),
    (
        "what comes after half its period",
        cell("fleet", "in_service_from", "2026-06", status="committed"),
        "output:in_service",
    ),
    ("what stands and is not committed", cell("fleet", "status", "existing", status="committed"), "output:delivered"),
    ("memory the type does not have", cell("runs", "min_memory_gb", 1.0, run="big"), "eligibility"),
    ("a closed site that cannot grow", cell("power_sources", "existing_mw", 0.1, power_source="gas"), "eligibility"),
    ("a due date in another month", cell("fleet", "due_date", "2026-04", status="committed"), "ledger"),
    ("a draw nobody knows", cell("accelerators", "provisioned_kw", None, **X1), "P1"),
    ("a supply that begins later", lambda inputs: _supply(inputs, "2026-05", 29.5), "F2"),
    ("a report of half a year", lambda inputs: inputs["calendar"].update(periods=[3, 3]), "output:months"),
]


@pytest.mark.parametrize(("what", "change", "equation"), BEYOND, ids=lambda v: v if isinstance(v, str) else "")
def test_the_plan_fails_beyond_it(what: str, change: Change, equation: str) -> None:
    assert equation in equations(change)


@pytest.mark.parametrize(
    ("accelerator", "status", "breaks"),
    [("x1", "committed", True), ("x1", "existing", False), ("y1", "committed", False)],
)
def test_only_what_is_committed_of_the_type_takes_its_supply(accelerator: str, status: str, breaks: bool) -> None:
    def change(inputs: dict[str, Any]) -> None:
        row_of(inputs, "supply", accelerator="x1")["per_month"] = 200 / 6
        row = row_of(inputs, "fleet", status="committed") | {"accelerator": accelerator, "status": status, "count": 1}
        inputs["tables"]["fleet"].append(row | {"in_service_from": "2026-08", "due_musd": 0.0})

    assert ("F2" in equations(change)) is breaks


def test_committed_lots_enter_at_the_horizon_or_their_own_date() -> None:
    def entry(begins: str, lots: int = 1) -> tuple[int, int] | None:
        inputs = full_inputs()
        row = row_of(inputs, "leases", lease="cloud") | {"from": begins, "committed_lots": lots}
        return committed_signature(Case(xr.Dataset(attrs={"inputs": Inputs(inputs).to_json()})), row)

    assert entry("2025-10") == (0, 3)
    assert entry("2026-01") == (0, 0)
    assert entry("2026-02") == (1, 0)
    assert entry("2026-04") == (1, 0)
    assert entry("2030-01") is None
    assert entry("2026-01", lots=0) is None


def test_a_shorter_horizon_does_not_stop_the_check() -> None:
    """Whatever is wrong is a finding, not an error."""
    for change in (
        lambda inputs: inputs["calendar"].update(start="2026-07"),
        lambda inputs: inputs["calendar"].update(periods=[3], tail_months=0),
        lambda inputs: inputs["tables"].update(runs=[], streams=[], leases=[], fleet=[]),
    ):
        assert not check_plan(with_inputs(full_plan(), change)).ok
