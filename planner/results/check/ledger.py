"""The ledger line by line, the objective as its sum, the gap, and the money tables made of it."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import numpy as np

from planner.results.check.case import Case
from planner.results.check.foreign import unknown_equations, unknown_parts, unknown_rooms
from planner.results.check.money import SIGN, Key

MONEY_ABSOLUTE = 1e-9
MONEY_RELATIVE = 1e-6


def check_ledger(case: Case) -> None:
    """Compare the plan's ledger, objective and gap with the check's own."""
    least_cost = case.setting("finance", "objective") == "least_cost"
    sign = SIGN | {"value": 0.0} if least_cost else SIGN  # value is still listed, but counts for nothing
    stated, discounted = _stated(case)
    _notice_missing(case)
    gross = sum(abs(amount) for amount in case.money.lines.values())
    _compare_lines(case, stated, gross)
    _compare_discounted(case, discounted, sign, gross)
    _tables(case)
    _objective(case, sum(discounted.values()), sign)
    _gap(case, least_cost)


def take_unknown(case: Case) -> None:
    """Take the lines of rooms that this check does not know as the plan states them, and say so."""
    if equations := unknown_equations(case.data):
        case.found.notice(f"not re-checked: {', '.join(equations)}")
    elif rooms := unknown_rooms(case.data):
        case.found.notice(f"not re-checked: rooms {', '.join(rooms)}")
    unknown = {(kind, part) for kind in SIGN for part in unknown_parts(case.data, kind)}
    if unknown:
        parts = ", ".join(sorted(f"{kind} {part}" for kind, part in unknown))
        case.found.notice(f"ledger lines taken as the plan states them: {parts}")
        case.money.lines |= {key: amount for key, amount in _stated(case)[0].items() if key[:2] in unknown}


def _notice_missing(case: Case) -> None:
    """Equations the model has rows of, but of which this check found none to compare."""
    compared = {*case.found.rows, *unknown_equations(case.data), "O1"}
    missing = [n for n in json.loads(str(case.data.attrs.get("equations", "[]"))) if n not in compared]
    if missing:
        case.found.notice(f"the model has rows of {', '.join(missing)}, the check found none to compare")


def _stated(case: Case) -> tuple[dict[Key, float], dict[Key, float]]:
    """The plan's lines, nominal and discounted, summed by kind, part, place and month."""
    nominal: dict[Key, float] = defaultdict(float)
    discounted: dict[Key, float] = defaultdict(float)
    if "line" not in case.data.sizes:
        return nominal, discounted
    columns = [case.texts(f"line_{name}") for name in ("kind", "part", "where", "date")]
    amounts = np.asarray(case.data["ledger_musd"].values, dtype=float).tolist()
    worths = np.asarray(case.data["ledger_discounted_musd"].values, dtype=float).tolist()
    for kind, part, where, date, amount, worth in zip(*columns, amounts, worths, strict=True):
        key = (str(kind), str(part), str(where), case.calendar.month(str(date)))
        nominal[key] += float(amount)
        discounted[key] += float(worth)
    return nominal, discounted


def _where(case: Case, key: Key) -> str:
    kind, part, where, month = key
    return f"kind={kind} part={part} where={where} date={case.calendar.date(month)}"


def _compare_lines(case: Case, stated: dict[Key, float], gross: float) -> None:
    for key in sorted({*stated, *case.money.lines}):
        left, right = stated.get(key, 0.0), case.money.lines.get(key, 0.0)
        case.found.rows["ledger"] += 1
        allowed = MONEY_RELATIVE * max(abs(left), abs(right)) + MONEY_ABSOLUTE * (1.0 + gross)
        if not abs(left - right) <= allowed:
            text = f"stated {left:.9g}, derived {right:.9g}"
            case.found.add("ledger", _where(case, key), abs(left - right), "M$", text)


def _compare_discounted(case: Case, discounted: dict[Key, float], sign: dict[str, float], gross: float) -> None:
    for key in sorted({*discounted, *case.money.lines}):
        kind, _, _, month = key
        own = sign.get(kind, 0.0) * case.money.factor(month) * case.money.lines.get(key, 0.0)
        stated = discounted.get(key, 0.0)
        case.found.rows["ledger"] += 1
        allowed = MONEY_RELATIVE * max(abs(own), abs(stated)) + MONEY_ABSOLUTE * (1.0 + gross)
        if not abs(own - stated) <= allowed:
            text = f"discounted: stated {stated:.9g}, derived {own:.9g}"
            case.found.add("ledger", _where(case, key), abs(own - stated), "M$", text)


def _objective(case: Case, parts: float, sign: dict[str, float]) -> None:
    """O1: the sum of the plan's own discounted lines, and of the check's, is the objective."""
    stated = float(case.data.attrs["objective_musd"])
    gross = case.money.gross()
    derived = sum(sign[kind] * case.money.total((kind,)) for kind in sign)
    case.found.rows["O1"] += 2
    for name, value in (("sum of the plan's discounted lines", parts), ("sum of the derived lines", derived)):
        if not abs(stated - value) <= MONEY_RELATIVE * gross + MONEY_ABSOLUTE:
            text = f"stated {stated:.9g}, {name} {value:.9g}"
            case.found.add("objective", "", abs(stated - value), "M$", text)


def _gap(case: Case, least_cost: bool) -> None:
    attrs = case.data.attrs
    objective, bound = float(attrs["objective_musd"]), float(attrs["bound_musd"])
    earns = any(case.inputs.rows(table) for table in ("runs", "stream_segments", "programmes", "cancellable"))
    scale = case.money.total(("capex", "opex", "fee", "penalty") if least_cost or not earns else ("value",))
    gross = case.money.gross()
    money = MONEY_RELATIVE * gross + MONEY_ABSOLUTE
    case.found.rows["gap"] += 4

    def differs(name: str, stated: float, derived: float, allowed: float, unit: str) -> None:
        finite = math.isfinite(stated) and math.isfinite(derived)
        if not (abs(stated - derived) <= allowed if finite else stated == derived):
            text = f"{name}: stated {stated:.9g}, derived {derived:.9g}"
            case.found.add("gap", "", abs(stated - derived), unit, text)

    differs("scale_musd", float(attrs["scale_musd"]), scale, money, "M$")
    differs("gap_musd", float(attrs["gap_musd"]), bound - objective, money, "M$")
    if scale > 0:
        gap = (bound - objective) / scale
        differs("gap", float(attrs["gap"]), gap, MONEY_RELATIVE * max(1.0, abs(gap)), "-")
        asked = json.loads(str(attrs.get("options", "{}"))).get("gap", math.inf)
        if attrs.get("status") == "gap_reached" and gap > asked + MONEY_RELATIVE:
            case.found.notice(f"the status is gap_reached, but the gap is {gap:.4%} and {asked:.4%} was asked for")
    if bound < objective - money:
        text = f"the bound {bound:.9g} is below the objective {objective:.9g}"
        case.found.add("gap", "", objective - bound, "M$", text)


def _tables(case: Case) -> None:
    """capex, cash and opex by period or year: the lines inside the horizon."""
    calendar, capital, running = case.calendar, case.labels["category"], case.labels["opex_part"]
    capex = np.zeros((len(capital), len(case.places), len(calendar.starts)))
    cash = np.zeros((len(capital), len(calendar.fiscal_years)))
    opex = np.zeros((len(running), len(case.places), len(calendar.starts)))
    for (kind, part, where, month), amount in case.money.lines.items():
        period = calendar.period_at(month)
        s = case.position("site", where)
        if period is None or s < 0:
            continue
        if kind == "capex" and part in capital:
            capex[capital.index(part), s, period] += amount
            cash[capital.index(part), calendar.fiscal_years.index(calendar.fiscal_year(month))] += amount
        if kind == "opex" and part in running:
            opex[running.index(part), s, period] += amount
    case.compare("capex", capex, "category", "site", "period", unit="M$")
    case.compare("cash", cash, "category", "fiscal_year", unit="M$")
    case.compare("opex", opex, "opex_part", "site", "period", unit="M$")
