"""Names, order, the calendar's first year and the units of money, compute and power change nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from planner.core.declare import Column
from planner.model.rooms import TABLES
from tests.generators import Document, Row, date_of, month_of
from tests.properties.laws import LAW, changed, same, scaled, scenarios, value

FACTORS = st.sampled_from((8.0, 0.125, 3.0, 0.1))
COMPUTE = ("ZFLOP", "PFLOP/s", "TFLOP/s", "PFLOP/s-months")


def renamed(document: Document, shuffle: Any) -> Document:
    """Every id another, so that they sort otherwise, and the rows of every table in another order."""
    named = [t for t in TABLES if t.key and t.key[-1] == t.name.removesuffix("s")]
    ids = {row[t.key[-1]] for t in named for row in _rows(document, t.name)}
    ids |= {row["fabric_family"] for row in _rows(document, "accelerators")}
    fresh = [f"{letter}{i}" for i in range(len(ids)) for letter in "zma"][: len(ids)]
    shuffle(fresh)
    name = dict(zip(sorted(ids), fresh, strict=True))

    def cell(column: str, held: Any) -> Any:
        if isinstance(held, list):
            return [cell(column, item) for item in held]
        if column == "item":
            return ".".join(name[part] for part in held.split("."))
        return name.get(held, held) if isinstance(held, str) and column != "assumption" else held

    document = changed(document)
    for rows in document["tables"].values():
        rows[:] = [{column: cell(column, held) for column, held in row.items()} for row in rows]
        shuffle(rows)
    items = list(document["tables"].items())
    shuffle(items)
    return document | {"tables": dict(items)}


def later(document: Document, years: int) -> Document:
    """Every date and fiscal year so many years later."""

    def moved(column: str, held: Any) -> Any:
        if column == "fiscal_year":
            return held + years
        is_date = isinstance(held, str) and len(held) == 7 and held[4] == "-"
        return date_of(month_of(held) + 12 * years) if is_date else held

    document = changed(document)
    for rows in document["tables"].values():
        rows[:] = [{column: moved(column, held) for column, held in row.items()} for row in rows]
    document["calendar"]["start"] = moved("start", document["calendar"]["start"])
    return document


def money(by: float, document: Document) -> Document:
    """All prices, values and budgets in another currency. (What an overrun costs is a ratio.)"""

    def factor(table: str, column: Column, row: Row) -> float:
        over = column.unit.split("/", 1)
        is_money = over[0] in ("USD", "M$") and over[1:] != ["M$"]
        return by if is_money or (table, column.name) == ("prices", "price") else 1.0

    return scaled(document, factor)


def compute(by: float, document: Document) -> Document:
    """All amounts and speeds of compute in another unit."""

    def factor(table: str, column: Column, row: Row) -> float:
        if column.unit in COMPUTE or column.name == "params_b":
            return by
        return 1.0 / by if "/PFLOP/s" in column.unit else 1.0

    return scaled(document, factor)


def power(by: float, document: Document) -> Document:
    """All MW, kW and MWh in another unit."""
    mw_items = {row[c] for t, c in (("halls", "hall"), ("power_sources", "power_source")) for row in _rows(document, t)}

    def factor(table: str, column: Column, row: Row) -> float:
        per_mw = table == "opex" and row["item"].split(".")[-1] in mw_items
        per_mw |= table == "prices" and row["item"].split(".")[-1] in mw_items
        per_mw |= table == "priced_limits" and row["limit"] != "supply"
        if column.unit in ("MW", "kW"):
            return by
        return 1.0 / by if per_mw or "/MW" in column.unit or "/kW" in column.unit else 1.0

    return scaled(document, factor)


def _rows(document: Document, table: str) -> list[Row]:
    return document["tables"].get(table, [])


@LAW
@given(scenarios(), st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(document: Document, random: Any) -> None:
    assert same(value(renamed(document, random.shuffle)), value(document))


@LAW
@given(scenarios(), st.sampled_from((-30, 4, 75)))
def test_the_year_changes_nothing(document: Document, years: int) -> None:
    assert same(value(later(document, years)), value(document))


@LAW
@given(scenarios(), FACTORS)
def test_the_unit_of_money_scales_the_objective(document: Document, by: float) -> None:
    assert same(value(money(by, document)), by * value(document), by)


@LAW
@given(scenarios(), FACTORS)
def test_the_unit_of_compute_changes_nothing(document: Document, by: float) -> None:
    assert same(value(compute(by, document)), value(document))


@LAW
@given(scenarios(), FACTORS)
def test_the_unit_of_power_changes_nothing(document: Document, by: float) -> None:
    assert same(value(power(by, document)), value(document))


def test_every_declared_unit_is_one_that_these_laws_know() -> None:
    """A new column of money, compute or power with a unit spelt otherwise would pass by unnoticed."""
    units = {c.unit for t in TABLES for c in t.columns if c.kind == "number"}
    money_units = {u for u in units if "USD" in u or "$" in u}
    assert {u.split("/", 1)[0] for u in money_units} == {"USD", "M$"}
    compute_units = {u for u in units if "FLOP" in u}
    assert {u for u in compute_units if "/PFLOP/s" not in u} == {*COMPUTE}
    assert {u for u in units if "W" in u and "/MW" not in u and "/kW" not in u} == {
        "MW",
        "kW",
        "lots, modules, blocks or MW",
    }
