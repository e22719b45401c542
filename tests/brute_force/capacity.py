"""The planning rules a second time, what there is: fleet, supply, leases, halls, power, opening of sites.

Written from `model.md`'s conventions and the scenario document alone.
"""

from __future__ import annotations

from collections import defaultdict

from tests.brute_force.arithmetic import COOLS, HOURS, MUSD, Scenario
from tests.brute_force.problem import ONE, Key, Problem, Terms, affine, total
from tests.brute_force.reuse import moved, phases, sold
from tests.generators import Row

Stock = dict[tuple[str, str, int], Terms]  # by (type, place, period)


def priced(s: Scenario, limit: str) -> float | None:
    """Price, M$, of breaking a limit; None if it is hard."""
    return next((r["price_usd"] * MUSD for r in s.rows("priced_limits") if r["limit"] == limit), None)


def buy(
    p: Problem, units: Terms, part: str, names: list[str], price: float, dates: tuple[int, int, int], dies: float
) -> None:
    """Cash and terminal value of units at a price each: dates are order, delivery and start of service."""
    s, (order, delivery, start) = p.scenario, dates
    payments = s.payments(names, order, delivery)
    for month, share in payments:
        p.money("capex", part, month, total([(price * share, units)]))
    if dies > s.end:
        paid = price * sum(share for month, share in payments if month <= s.end)
        p.money("terminal", part, s.end, total([(s.worth_at_end(part, price, start, paid), units)]))


def fleet(p: Problem, s: Scenario) -> Stock:
    """Orders, what of them is in service, and what of that is online."""
    service: Stock = defaultdict(lambda: defaultdict(float))
    for g in s.rows("accelerators"):
        name = g["accelerator"]
        for site in [r["site"] for r in s.rows("sites") if s.can_stand(g, r["site"])]:
            for v, start, order in s.arrivals(g, g["lead_time_months"] + g["bring_up_months"]):
                key, dies = p.integer("order", name, site, v, order), start + g["life_months"]
                price = g["lot_size"] * s.price([name], g["price_usd"], order) * MUSD
                buy(p, {key: 1.0}, "compute", [name], price, (order, start - g["bring_up_months"], start), dies)
                for t, period in enumerate(s.periods):
                    if s.lasts(period, start, dies):
                        service[name, site, t][key] += g["lot_size"]
    for row in s.rows("fleet"):
        if row.get("due_musd"):
            p.money("capex", "compute", int(s.month(row["due_date"])), {ONE: row["due_musd"]})
        for t, period in enumerate(s.periods):
            if s.lasts(period, s.month(row["in_service_from"]), s.month(row.get("retires"))):
                service[row["accelerator"], row["site"], t][ONE] += row["count"]
    for place, key in sold(p, s):
        service[place][key] -= 1.0
    yearly = {r["item"]: r["usd_per_year"] * MUSD for r in s.rows("opex")}
    online: Stock = {}
    for (g, site, t), units in service.items():
        online[g, site, t] = {p.real("online", g, site, t): 1.0}
        p.at_most("other", online[g, site, t], units)
        if s.document["power"]["basis"] == "installed":
            p.at_most("other", units, online[g, site, t])
        months = s.periods[t].months
        p.money("opex", "running", s.periods[t].start, total([(yearly.get(g, 0.0) / 12 * months, units)]))
    return online


def supply(p: Problem, s: Scenario) -> None:
    """Deliveries (or orders) of a period fit what can be had, less what is committed."""
    price = priced(s, "supply")
    for g in s.rows("accelerators"):
        name = g["accelerator"]
        limits = [r for r in s.rows("supply") if r["accelerator"] == name]
        for t, period in enumerate(s.periods) if limits else []:
            by_arrival = limits[0]["basis"] == "arrival"
            counted: Terms = {}
            for key in p.integers:
                if key[0] == "order" and key[1] == name:
                    month = s.periods[key[3]].start if by_arrival else key[4]
                    if period.start <= month < period.end:
                        counted[key] = g["lot_size"]
            coming = [
                r for r in s.rows("fleet") if r["status"] == "committed" and r["accelerator"] == name and by_arrival
            ]
            given = sum(r["count"] for r in coming if period.start <= s.month(r["in_service_from"]) < period.end)
            room = affine((ONE, max(0.0, s.supply(name, period) - given)))
            if price is not None and counted:
                excess = p.real("excess supply", name, t)
                room[excess] = 1.0
                p.money("penalty", "supply", period.start, {excess: price})
            p.at_most("other", counted, room)


def leases(p: Problem, s: Scenario, online: Stock) -> None:
    """Signatures, what they hand over, and their rent: by (period they count from, month their term began, lots)."""
    for c in s.rows("leases"):
        name, first = c["lease"], int(s.month(c["from"]))
        signatures: list[tuple[int, int, Terms]] = []
        counts_from = next((u for u, period in enumerate(s.periods) if period.start >= max(0, first)), None)
        if c["committed_lots"] and counts_from is not None:
            began = first if first < 0 else s.periods[counts_from].start
            signatures.append((counts_from, began, {ONE: float(c["committed_lots"])}))
        for u, period in enumerate(s.periods):
            if first <= period.start <= s.month(c["until"]):
                signatures.append((u, period.start, {p.integer("signed", name, u): 1.0}))
        for number, signature in enumerate(signatures):
            _signature(p, s, c, number, signature, online)
        for period in s.periods:
            active = [
                (1.0, lots)
                for u, began, lots in signatures
                if s.periods[u].start <= period.start < began + c["term_months"]
            ]
            p.at_most("other", total(active), {ONE: c["max_lots"]})


def _signature(p: Problem, s: Scenario, c: Row, number: int, signature: tuple[int, int, Terms], online: Stock) -> None:
    (u, began, lots), name, firm = signature, c["lease"], c["take_or_pay_share"]
    end = began + c["term_months"]
    rent = s.price([name], c["usd_per_accelerator_month"], s.periods[u].start) * MUSD
    for t, period in enumerate(s.periods):
        if s.periods[u].start <= period.start < end:
            ramp = min(1.0, (period.start - began + 1) / max(c["ramp_months"], 1))
            there = total([(ramp * c["lot_size"], lots)])
            used = p.real("rented", name, number, t)
            p.at_most("other", {used: 1.0}, there)
            online.setdefault((c["accelerator"], name, t), {})[used] = 1.0
            p.money("opex", "lease", period.start, total([(rent * period.months * firm, there)]))
            p.money("opex", "lease", period.start, {used: rent * period.months * (1 - firm)})
    for month in range(s.end, end):
        p.money("opex", "lease", month, total([(rent * firm * c["lot_size"], lots)]))


def _modules(
    p: Problem, s: Scenario, kind: str, row: Row, name: str, lead: int, closed: dict[str, list]
) -> list[Terms]:
    """MW of a hall or source by period; its modules' money; and, at a closed site, what must be opened first."""
    part = {"hall": "hall", "source": "power"}[kind]
    mw = row["module_mw"]
    most = row["max_modules"] if kind == "hall" else (row["max_mw"] - row["existing_mw"]) / mw if mw else 0
    names = [f"{row['site']}.{name}", name]
    built = [affine((ONE, row["existing_mw"])) for _ in s.periods]
    standing: list[Terms] = [{} for _ in s.periods]
    life = row.get("life_months") or float("inf")
    for v, start, order in s.arrivals(row, lead) if most > 0 else []:
        if not any(s.lasts(period, start, start + life) for period in s.periods):
            continue  # houses nothing in any period, and nothing would limit it: never worth its price
        key = p.integer(kind, row["site"], name, v)
        price = mw * s.price(names, row["price_musd_per_mw"], order)
        buy(p, {key: 1.0}, part, names, price, (order, start, start), start + life)
        closed.get(row["site"], []).append((key, order, most))
        for t in range(v, len(s.periods)):
            if s.lasts(s.periods[t], start, start + life):
                built[t][key] += mw
                standing[t][key] = 1.0
    for modules in standing:
        p.at_most("other", modules, {ONE: most})
    rent = row.get("rent_usd_per_kw_month", 0.0) * 1000 * MUSD
    for period, there in zip(s.periods, built, strict=True):
        p.money("opex", "rent", period.start, total([(rent * period.months, there)]))
    if kind == "source":
        for key, order, v, more in phases(p, s, row):
            closed.get(row["site"], []).append((key, order, 1))
            for there in built[v:]:
                there[key] += more
        for there in built:
            p.at_most("other", there, {ONE: row["max_mw"]})
    else:
        moved(p, s, row, built)
    yearly = next((r["usd_per_year"] for n in names for r in s.rows("opex") if r["item"] == n), 0.0) * MUSD
    for t, period in enumerate(s.periods):
        p.money("opex", "running", period.start, total([(yearly / 12 * period.months, built[t])]))
    return built


def power(p: Problem, s: Scenario, online: Stock) -> None:
    """Halls, sources, energy, and the opening of closed sites."""
    open_now = {r["site"] for table in ("halls", "power_sources") for r in s.rows(table) if r["existing_mw"]}
    open_now |= {r["site"] for r in s.rows("fleet")}
    closed: dict[str, list] = {r["site"]: [] for r in s.rows("sites") if r["site"] not in open_now}
    mw = {}
    for table, kind, item in (("halls", "hall", "hall"), ("power_sources", "source", "power_source")):
        for row in s.rows(table):
            mw[kind, row["site"], row[item]] = _modules(p, s, kind, row, row[item], row["lead_time_months"], closed)
    share = 1 + s.document["power"]["fabric_draw_share"]
    for site in s.rows("sites"):
        for t in range(len(s.periods)):
            draw = {
                g["accelerator"]: total(
                    [(share * g["provisioned_kw"] / 1000, online.get((g["accelerator"], site["site"], t), {}))]
                )
                for g in s.rows("accelerators")
            }
            if any(draw.values()):
                _cool(p, s, site["site"], t, draw, mw)
                _energise(p, s, site, t, total((1.0, terms) for terms in draw.values()), mw)
    for name, modules in closed.items():
        _open(p, s, name, modules)


def _cool(p: Problem, s: Scenario, site: str, t: int, draw: dict[str, Terms], mw: dict) -> None:
    """What needs a class of cooling fits the halls of it; all fits all."""
    if not s.has("halls"):
        return
    need = {g["accelerator"]: g["cooling"] for g in s.rows("accelerators")}
    excess: Terms = {}
    if (price := priced(s, "halls")) is not None:
        excess = {p.real("excess hall", site, t): 1.0}
        p.money("penalty", "halls", s.periods[t].start, total([(price * s.periods[t].months, excess)]))
    for who, where in (("air", COOLS["air"]), ("liquid", COOLS["liquid"]), (None, COOLS["either"])):
        halls = [h for h in s.rows("halls") if h["site"] == site and h["cooling"] in where]
        there = total([(1.0, mw["hall", site, h["hall"]][t]) for h in halls] + [(1.0, excess)])
        p.at_most("power", total((1.0, terms) for g, terms in draw.items() if who in (None, need[g])), there)


def _energise(p: Problem, s: Scenario, site: Row, t: int, draw: Terms, mw: dict) -> None:
    """Facility draw fits the sources; its energy (GWh) is bought from them, beyond them like from the dearest."""
    if not s.has("power_sources"):
        return
    name, period = site["site"], s.periods[t]
    hours = HOURS * period.months
    there, bought = [], {}
    for row in s.rows("power_sources"):
        if row["site"] == name:
            capacity = mw["source", name, row["power_source"]][t]
            energy = p.real("energy", name, row["power_source"], t)
            p.at_most("power", {energy: 1000 / hours}, capacity)
            p.money("opex", "energy", period.start, {energy: 1000 * row["energy_usd_per_mwh"] * MUSD})
            there.append((1.0, capacity))
            bought[energy] = 1.0
    dearest = max((r["energy_usd_per_mwh"] for r in s.rows("power_sources") if r["site"] == name), default=0.0)
    if (price := priced(s, "power_sources")) is not None:
        excess, energy = p.real("excess source", name, t), p.real("energy of excess", name, t)
        p.at_most("power", {energy: 1000 / hours}, {excess: 1.0})
        p.money("penalty", "power_sources", period.start, {excess: price * period.months})
        p.money("opex", "energy", period.start, {energy: 1000 * dearest * MUSD})
        there.append((1.0, {excess: 1.0}))
        bought[energy] = 1.0
    p.at_most("power", total([(site["pue"], draw)]), total(there))
    average = s.document["finance"]["average_draw"]
    p.equal("other", bought, total([(site["pue"] * average * hours / 1000, draw)]))


def _open(p: Problem, s: Scenario, name: str, modules: list[tuple[Key, int, float]]) -> None:
    """A closed site is opened, once and for a price, before modules are ordered for it."""
    cost = next(r["opening_cost_musd"] for r in s.rows("sites") if r["site"] == name)
    last = max((order for _, order, _ in modules), default=-1)
    opened = {t: p.integer("opened", name, t) for t, period in enumerate(s.periods) if period.start <= last}
    for t, key in opened.items():
        p.money("capex", "hall", s.periods[t].start, {key: cost})
    for key, order, most in modules:
        p.at_most("other", {key: 1.0}, {o: most for t, o in opened.items() if s.periods[t].start <= order})
    p.at_most("other", dict.fromkeys(opened.values(), 1.0), {ONE: 1.0})
