"""What can be ordered, arrive and serve: arrivals, orders, service rows, deliveries, supply by month."""

from __future__ import annotations

import pytest

import planner
from planner.data.derive import Arrival
from planner.model.rooms.fleet import delivery_rows, service_rows
from tests.model.texts import case, document, rows, shown

SITES = """
    sites
    site  pue
    alpha 1.1
    beta  1.2
"""
WORK = """
    streams
    stream mfu eligible
    work   0.5 x1
"""
X1 = """
    accelerators
    accelerator lot_size bf16_dense_tflops lead_time_months life_months price_usd
    x1          8        1000              6                60          30000
"""


def _arrivals(found: list[Arrival]) -> list[list[str]]:
    return shown("period start order delivery", ((a.period, a.start, a.order, a.delivery) for a in found))


@pytest.mark.parametrize(("given", "expected"), [
    ({"lead": 0}, "0 0 0 0; 1 6 6 6; 2 12 12 12"),
    ({"lead": 6}, "1 6 0 6; 2 12 6 12"),
    ({"lead": 7}, "2 12 5 12"),
    ({"lead": 4, "bring_up": 2}, "1 6 0 4; 2 12 6 10"),
    ({"lead": 13}, ""),
    ({"lead": 0, "available_from": "2026-07"}, "1 6 6 6; 2 12 12 12"),
    ({"lead": 0, "available_from": "2026-08"}, "2 12 12 12"),
    ({"lead": 3, "order_from": "2026-04"}, "1 6 3 6; 2 12 9 12"),
    ({"lead": 3, "order_from": "2026-05"}, "2 12 9 12"),
    ({"lead": 3, "order_until": "2026-04"}, "1 6 3 6"),
    ({"lead": 3, "order_until": "2026-03"}, ""),
])  # fmt: skip
def test_arrivals(given: dict[str, object], expected: str) -> None:
    """`period start order delivery` of what is ordered inside the horizon and its windows."""
    found = case(SITES + X1 + WORK).arrivals(**given)  # type: ignore[arg-type]
    assert _arrivals(found)[1:] == [line.split() for line in expected.split(";") if line]


def test_orders_go_where_a_hall_cools_and_a_fabric_joins() -> None:
    """The air type fits alpha's air hall; the liquid one beta's either hall; the third family has no fabric."""
    everywhere = {"lot_size": 8, "bf16_dense_tflops": 1000, "provisioned_kw": 1}
    text = """
        sites
        site  pue
        alpha 1.1
        beta  1.2

        accelerators
        accelerator cooling fabric_family lead_time_months orderable_until orderable life_months price_usd
        air         air     ib            6                -               yes       60          30000
        wet         liquid  roce          9                -               yes       60          30000
        lone        either  own           0                -               yes       60          30000
        late        either  ib            6                2026-03         yes       60          30000
        kept        either  ib            -                -               no        -           -

        halls
        site  hall cooling existing_mw max_modules module_mw lead_time_months price_musd_per_mw
        alpha cold air     2           0           -         -                -
        alpha none liquid  0           0           -         -                -
        beta  both either  0           3           1         6                10

        fabrics
        site  fabric family max_gang
        alpha one    ib     100
        alpha two    roce   100
        beta  three  roce   100

        streams
        stream mfu eligible
        work   0.5 air;wet;lone;late;kept
    """
    scenario = document(text)
    scenario["tables"]["accelerators"] = [row | everywhere for row in scenario["tables"]["accelerators"]]
    found = planner.load(scenario).case.orders
    table = [(g, s, a.period, a.start, a.order, a.delivery) for (g, s), arrivals in found.items() for a in arrivals]
    assert shown("accelerator site period start order delivery", table) == rows("""
        accelerator site  period start order delivery
        air         alpha 1      6     0     6
        air         alpha 2      12    6     12
        wet         beta  2      12    3     12
        late        alpha 1      6     0     6
    """)


def _service(text: str) -> list[list[str]]:
    found = service_rows(case(text))
    return shown("accelerator site period units orders", ((*key, row.units, row.orders) for key, row in found.items()))


def test_service_rows_of_orders_end_with_their_life() -> None:
    text = SITES.replace("    beta  1.2\n", "") + X1.replace(" 60 ", " 11 ") + WORK
    assert _service(text) == rows("""
        accelerator site  period units orders
        x1          alpha 1      0     1
        x1          alpha 2      0     2
    """)
    assert _service(text.replace(" 11 ", " 12 ")) == rows("""
        accelerator site  period units orders
        x1          alpha 1      0     1
        x1          alpha 2      0     1;2
    """)


def test_service_rows_of_the_fleet_follow_the_half_period_rule() -> None:
    """The first 100 leave in 2026-09 (under half of the second period), the second in 2026-10 (half of it)."""
    text = SITES + X1.replace("price_usd", "price_usd orderable").replace("30000", "30000     no") + WORK
    fleet = """
        fleet
        site  accelerator count status    in_service_from retires
        alpha x1          100   existing  2025-01         2026-09
        alpha x1          30    existing  2025-02         2026-10
        alpha x1          7     committed 2026-10         -
        beta  x1          2     committed 2026-11         2028-01
        beta  x1          1     existing  2025-01         2026-03
    """
    assert _service(text + "\n\n" + fleet) == rows("""
        accelerator site  period units orders
        x1          alpha 0      130   -
        x1          alpha 1      37    -
        x1          alpha 2      7     -
        x1          beta  2      2     -
    """)


def test_delivery_rows_are_orders_and_what_is_committed_inside_the_horizon() -> None:
    """What came into service before the horizon, or stands already, is no delivery."""
    text = SITES + X1.replace(" 6  ", " 12 ") + WORK
    fleet = """
        fleet
        site  accelerator count status    in_service_from
        alpha x1          100   existing  2026-02
        alpha x1          30    committed 2025-12
        beta  x1          7     committed 2026-10
    """
    found = case(text + "\n\n" + fleet)
    assert shown("accelerator site period", delivery_rows(found)) == rows("""
        accelerator site  period
        x1          alpha 2
        x1          beta  1
        x1          beta  2
    """)
    assert shown("accelerator site period count", found.committed) == rows("""
        accelerator site period count
        x1          beta 1      7
    """)


def test_supply_rate_holds_from_its_date_and_is_nothing_before_the_first() -> None:
    supply = """
        supply
        accelerator from    per_month
        x1          2026-09 70
        x1          2025-11 10
        x1          2026-03 0
    """
    found = case("calendar: periods=6,6\n\n" + SITES + X1 + WORK + "\n\n" + supply)
    assert found.supply_rate("x1") == [10, 10, 0, 0, 0, 0, 0, 0, 70, 70, 70, 70]
    late = supply.replace("2025-11", "2026-02").replace("2026-03", "2026-04")
    assert case("calendar: periods=6,6\n\n" + SITES + X1 + WORK + "\n\n" + late).supply_rate("x1") == [
        0, 10, 10, 0, 0, 0, 0, 0, 70, 70, 70, 70,
    ]  # fmt: skip
    assert case(SITES + X1 + WORK).supply_rate("x1") is None
