"""What there is, by what stands: fleet, supply, leases, halls, power, opening of sites (see `cumulative`)."""

from __future__ import annotations

from collections import defaultdict

from tests.brute_force.arithmetic import COOLS, HOURS, MUSD, Scenario
from tests.brute_force.capacity import Stock, buy, priced
from tests.brute_force.problem import ONE, Problem, Terms, affine, total
from tests.formulations.cumulated import Arrivals, Standing
from tests.formulations.further import phases, retrofits, sold
from tests.generators import Row


def fleet(p: Problem, s: Scenario) -> Stock:
    """Accelerators that stand, at most what can be had of them; online is what is not dark."""
    given: Stock = defaultdict(affine)
    for row in s.rows("fleet"):
        if row.get("due_musd"):
            p.money("capex", "compute", int(s.month(row["due_date"])), {ONE: row["due_musd"]})
        for t, period in enumerate(s.periods):
            if s.lasts(period, s.month(row["in_service_from"]), s.month(row.get("retires"))):
                given[row["accelerator"], row["site"], t][ONE] += row["count"]
    yearly = {r["item"]: r["usd_per_year"] * MUSD for r in s.rows("opex")}
    online: Stock = {}
    missing = sold(p, s)
    for g in s.rows("accelerators"):
        name, lead = g["accelerator"], g["lead_time_months"] + g["bring_up_months"]
        arrivals = list(s.arrivals(g, lead))
        standing = {}
        for site in [r["site"] for r in s.rows("sites")]:
            lots = Standing(p, ("stock", name, site), arrivals if s.can_stand(g, site) else [])
            standing[site] = lots
            for v, start, order in arrivals if lots.keys else []:
                assert start + g["life_months"] > s.end, "a life ends inside the horizon"
                price = g["lot_size"] * s.price([name], g["price_usd"], order) * MUSD
                dates = (order, start - g["bring_up_months"], start)
                buy(p, lots.more(v), "compute", [name], price, dates, float("inf"))
            for t, period in enumerate(s.periods):
                less = missing.get((name, site, t), [])
                units = total([(g["lot_size"], lots.by(t)), (1.0, given.get((name, site, t), {})), *less])
                if units:
                    dark = {p.real("dark", name, site, t): 1.0}
                    online[name, site, t] = total([(1.0, units), (-1.0, dark)])
                    installed = s.document["power"]["basis"] == "installed"
                    p.at_most("", dark, {} if installed else units)
                    p.money(
                        "opex", "running", period.start, total([(yearly.get(name, 0.0) / 12 * period.months, units)])
                    )
        _supply(p, s, g, arrivals, standing)
    return online


def _supply(p: Problem, s: Scenario, g: Row, arrivals: Arrivals, standing: dict[str, Standing]) -> None:
    name, price = g["accelerator"], priced(s, "supply")
    basis = {r["accelerator"]: r["basis"] for r in s.rows("supply")}.get(name)
    for t, period in enumerate(s.periods) if basis else []:
        counted = [
            (float(g["lot_size"]), lots.more(v))
            for lots in standing.values()
            for v, start, order in arrivals
            if lots.keys and period.start <= (start if basis == "arrival" else order) < period.end
        ]
        committed = sum(
            r["count"]
            for r in s.rows("fleet")
            if (r["status"], r["accelerator"], basis) == ("committed", name, "arrival")
            and period.start <= s.month(r["in_service_from"]) < period.end
        )
        room = {ONE: max(0.0, s.supply(name, period) - committed)}
        if price is not None:
            excess = {p.real("excess supply", name, t): 1.0}
            p.money("penalty", "supply", period.start, total([(price, excess)]))
            room |= excess
        p.at_most("", total(counted), room)


def leases(p: Problem, s: Scenario, online: Stock) -> None:
    """Lots signed so far, those whose term has ended taken off; use of a contract in one pool."""
    for c in s.rows("leases"):
        name, first, term, firm = c["lease"], int(s.month(c["from"])), c["term_months"], c["take_or_pay_share"]
        rent = s.price([name], c["usd_per_accelerator_month"], s.end) * MUSD
        free = [(u, q.start, q.start) for u, q in enumerate(s.periods) if first <= q.start <= s.month(c["until"])]
        lots = Standing(p, ("signed", name), free)
        signed = [(q, began, lots.more(u), 0.0) for u, q, began in free]
        for u, _, _ in free if c["min_lots"] >= 2 else []:
            any_signed = p.integer("any signed", name, u)
            p.at_most("", {any_signed: 1.0}, {ONE: 1.0})
            p.at_most("", {any_signed: c["min_lots"]}, lots.more(u))
            p.at_most("", lots.more(u), {any_signed: c["max_lots"]})
        since = next((q.start for q in s.periods if q.start >= max(0, first)), None)
        if c["committed_lots"] and since is not None:
            signed.append((since, since + min(0, first), {ONE: float(c["committed_lots"])}, 0.0))
        for t, period in enumerate(s.periods):
            active = [(began, units) for q, began, units, _ in signed if q <= period.start < began + term]
            p.at_most("", total((1.0, units) for _, units in active), {ONE: c["max_lots"]})
            there = total(
                (c["lot_size"] * min(1.0, (period.start - began + 1) / max(1, c["ramp_months"])), units)
                for began, units in active
            )
            if there:
                used = {p.real("rented", name, t): 1.0}
                p.at_most("", used, there)
                online[c["accelerator"], name, t] = used
                due = total([(rent * period.months * firm, there), (rent * period.months * (1 - firm), used)])
                p.money("opex", "lease", period.start, due)
        for _, began, units, _ in signed:
            for month in range(s.end, began + term):
                p.money("opex", "lease", month, total([(rent * firm * c["lot_size"], units)]))


def power(p: Problem, s: Scenario, online: Stock) -> None:
    """Modules that stand, sites that are open, and the mean draw on every source."""
    shut = {r["site"] for r in s.rows("sites")} - {r["site"] for r in s.rows("fleet")}
    shut -= {r["site"] for table in ("halls", "power_sources") for r in s.rows(table) if r["existing_mw"]}
    mw: dict[tuple[str, str, str], list[Terms]] = {}
    ordered: dict[str, list[tuple[int, Terms, float]]] = defaultdict(list)
    for table, part, item in (("halls", "hall", "hall"), ("power_sources", "power", "power_source")):
        for row in s.rows(table):
            name, names, size = row[item], [f"{row['site']}.{row[item]}", row[item]], row["module_mw"] or 0.0
            room = row["max_modules"] if part == "hall" else (row["max_mw"] - row["existing_mw"]) / (size or 1.0)
            arrivals = list(s.arrivals(row, row["lead_time_months"])) if size and room > 0 else []
            modules = Standing(p, (part, row["site"], name), arrivals)
            p.at_most("", modules.last(), {ONE: room})
            for v, start, order in arrivals:
                price = size * s.price(names, row["price_musd_per_mw"], order)
                buy(p, modules.more(v), part, names, price, (order, start, start), float("inf"))
                ordered[row["site"]].append((order, modules.more(v), room))
            yearly = next((r["usd_per_year"] for n in names for r in s.rows("opex") if r["item"] == n), 0.0) * MUSD
            stands = [
                affine((ONE, row["existing_mw"]), *((k, size) for k in modules.by(t))) for t in range(len(s.periods))
            ]
            if part == "power":
                for phase, built, dated in phases(p, s, row):
                    stands = [total([(1.0, has), (phase["mw"], built.by(t))]) for t, has in enumerate(stands)]
                    ordered[row["site"]] += [(order, built.more(v), 1.0) for v, _, order in dated]
                for there in stands:
                    p.at_most("", there, {ONE: row["max_mw"]})
            rent = row.get("rent_usd_per_kw_month", 0.0) * 1000 * MUSD
            mw[part, row["site"], name] = stands
            for t, period in enumerate(s.periods):
                p.money("opex", "running", period.start, total([(yearly / 12 * period.months, stands[t])]))
                p.money("opex", "rent", period.start, total([(rent * period.months, stands[t])]))
    _refit(p, s, mw)
    for site in s.rows("sites"):
        if site["site"] in shut:
            _open(p, s, site, ordered[site["site"]])
        for t in range(len(s.periods)):
            _draw(p, s, site, t, online, mw)


def _refit(p: Problem, s: Scenario, mw: dict[tuple[str, str, str], list[Terms]]) -> None:
    """MW that retrofits move stand, and cost their running, in the other hall."""
    for (site, hall), change in retrofits(p, s, mw).items():
        names = [f"{site}.{hall}", hall]
        yearly = next((r["usd_per_year"] for n in names for r in s.rows("opex") if r["item"] == n), 0.0) * MUSD
        for t, (period, more) in enumerate(zip(s.periods, change, strict=True)):
            mw["hall", site, hall][t] = total([(1.0, mw["hall", site, hall][t]), (1.0, more)])
            p.money("opex", "running", period.start, total([(yearly / 12 * period.months, more)]))


def _open(p: Problem, s: Scenario, site: Row, ordered: list[tuple[int, Terms, float]]) -> None:
    """Modules are ordered where the site is open by then."""
    last = max((order for order, _, _ in ordered), default=-1)
    periods = [(t, q.start, q.start) for t, q in enumerate(s.periods) if q.start <= last]
    opened = Standing(p, ("open", site["site"]), periods)
    p.at_most("", opened.last(), {ONE: 1.0})
    for t, start, _ in periods:
        p.money("capex", "hall", start, total([(site["opening_cost_musd"], opened.more(t))]))
    for order, modules, room in ordered:
        p.at_most("", modules, total([(room, opened.by(max(t for t, start, _ in periods if start <= order)))]))


def _draw(
    p: Problem, s: Scenario, site: Row, t: int, online: Stock, mw: dict[tuple[str, str, str], list[Terms]]
) -> None:
    name, period = site["site"], s.periods[t]
    share = 1 + s.document["power"]["fabric_draw_share"]
    draws = [
        (g["cooling"], share * g["provisioned_kw"] / 1000, online[g["accelerator"], name, t])
        for g in s.rows("accelerators")
        if (g["accelerator"], name, t) in online
    ]
    if not draws:
        return
    if s.has("halls"):
        beyond = _excess(p, s, "halls", name, t)
        for served, cooled in (("air", COOLS["air"]), ("liquid", COOLS["liquid"]), ("", COOLS["either"])):
            halls = [h["hall"] for h in s.rows("halls") if h["site"] == name and h["cooling"] in cooled]
            need = total((kw, units) for cooling, kw, units in draws if not served or cooling == served)
            p.at_most("", need, total([(1.0, mw["hall", name, h][t]) for h in halls] + [(1.0, beyond)]))
    if s.has("power_sources"):
        sources = [r for r in s.rows("power_sources") if r["site"] == name]
        beyond = _excess(p, s, "power_sources", name, t)
        capacity = [(r["energy_usd_per_mwh"], mw["power", name, r["power_source"]][t]) for r in sources]
        if beyond:
            capacity.append((max((price for price, _ in capacity), default=0.0), beyond))
        facility = total((site["pue"] * kw, units) for _, kw, units in draws)
        p.at_most("", facility, total((1.0, most) for _, most in capacity))
        mean: list[tuple[float, Terms]] = []
        for number, (price, most) in enumerate(capacity):
            drawn = {p.real("mean draw", name, number, t): 1.0}
            p.at_most("", drawn, most)
            p.money("opex", "energy", period.start, total([(price * MUSD * HOURS * period.months, drawn)]))
            mean.append((1.0, drawn))
        p.equal("", total(mean), total([(s.document["finance"]["average_draw"], facility)]))


def _excess(p: Problem, s: Scenario, limit: str, site: str, t: int) -> Terms:
    """MW beyond a priced limit; nothing where the limit is hard."""
    price, period = priced(s, limit), s.periods[t]
    if price is None:
        return {}
    beyond = {p.real("excess", limit, site, t): 1.0}
    p.money("penalty", limit, period.start, total([(price * period.months, beyond)]))
    return beyond
