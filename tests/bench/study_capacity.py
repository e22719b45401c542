"""What may be had in a generated study: accelerators and their supply, sites, halls, power, fabrics, fleet, budgets.

Everything is a share of what would serve all that is asked for (`Demand.units`), so that supply, power and budgets
bind whatever the size and the seed.
"""

from __future__ import annotations

import math

from tests.bench.study_demand import Demand, Row, Tables, Type, date_of, fp8_pflops, kw, price_usd, rounded

LOT, GANG_STEP = 8192, 512
DRAW = 1.26  # with switches, storage and headroom
HALL_MUSD, SOURCE_MUSD, ENDPOINT_USD = 15.0, 1.0, 11_000.0
SUPPLY_SHARE, POWER_SHARE, BUDGET_SHARE, FLEET_SHARE = 0.6, 0.8, 0.55, 0.8  # of what would serve all
PUE = 1.12


def capacity_tables(d: Demand) -> Tables:
    """All tables of what may be had."""
    share = _site_shares(d)
    tables: Tables = {
        "accelerators": [_accelerator(t) for t in d.types],
        "supply": _supply(d),
        "sites": [
            {"site": s, "pue": round(d.draw.uniform(1.08, 1.25), 2), "opening_cost_musd": 0 if s in d.big else 50}
            for s in d.sites
        ],
    }
    fleet = _fleet(d, share)
    halls, sources = [], []
    for s in d.sites:
        halls += _halls(d, s, share[s], fleet)
        sources += _sources(d, s, share[s], fleet)
    tables |= {"fleet": fleet, "running": _running(fleet, d), "halls": halls, "power_sources": sources}
    tables["fabrics"] = [row for s in d.sites for row in _fabrics(d, s, fleet)]
    tables["budgets"] = _budgets(d)
    return tables | _money(d, halls)


def _site_shares(d: Demand) -> dict[str, float]:
    """Each site's share of the MW: campuses are five to ten times a small site."""
    weight = {s: d.draw.uniform(0.8, 1.6) if s in d.big else d.draw.uniform(0.08, 0.25) for s in d.sites}
    return {s: w / sum(weight.values()) for s, w in weight.items()}


def _it_mw(d: Demand, year: int) -> float:
    """MW of IT that would serve everything asked for in a year."""
    return d.units(year) * kw(12 * year) * DRAW / 1000


def _accelerator(t: Type) -> Row:
    return {
        "accelerator": t.name,
        "bf16_dense_tflops": t.fp8_pflops * 500,
        "fp8_dense_tflops": t.fp8_pflops * 1000,
        "memory_gb": 192,
        "provisioned_kw": t.kw,
        "cooling": t.cooling,
        "lot_size": LOT,
        "gang_step": GANG_STEP,
        "orderable": t.last_order > 0,
        "orderable_from": date_of(max(0, t.release - t.lead - t.bring_up)),
        "orderable_until": date_of(max(0, t.last_order)),
        "lead_time_months": t.lead,
        "bring_up_months": t.bring_up,
        "life_months": 60,
        "price_usd": t.price,
        "availability": 0.95,
        "fabric_family": t.family,
    }


def _supply(d: Demand) -> list[Row]:
    """A ramp of half a year, the full rate for two years, then what a fading type may still be had of."""
    rows: list[Row] = []
    for t in d.types:
        year = max(0, t.release // 12)
        rivals = [o for o in d.types if abs(o.release - t.release) <= 12]
        yearly = max(d.units(year + 1) - d.units(year) / 2, d.units(year) / 3)
        rate = SUPPLY_SHARE * yearly / 12 / len(rivals) * 2
        for after, part in ((0, 0.4), (6, 1.0), (30, 0.3)):
            at = max(0, t.release + after)
            if rows and rows[-1]["accelerator"] == t.name and rows[-1]["from"] == date_of(at):
                rows.pop()
            rows.append({"accelerator": t.name, "from": date_of(at), "per_month": rounded(rate * part)})
    return rows


def _fleet(d: Demand, share: dict[str, float]) -> list[Row]:
    """The oldest type in air-cooled rooms, the next at the campuses and on order for them."""
    old, new = d.types[0], d.types[1]
    need = FLEET_SHARE * d.units(0)
    rows = []
    for s in d.sites:
        stands = _lots(need * share[s] * (0.5 if s in d.big else 1.0))
        rows.append(_cohort(s, old, stands, "existing", -18))
        if s in d.big:
            rows.append(_cohort(s, new, _lots(need * share[s] * 0.5), "committed", 3))
    return rows


def _lots(units: float) -> int:
    return max(1, round(units / LOT)) * LOT


def _cohort(site: str, t: Type, count: int, status: str, month: int) -> Row:
    return {
        "site": site, "accelerator": t.name, "count": count, "status": status,
        "in_service_from": date_of(month), "retires": date_of(month + 60),
    }  # fmt: skip


def _running(fleet: list[Row], d: Demand) -> list[Row]:
    """A run in progress at the first campus, on half of what stands there."""
    here = fleet[0]
    n = max(1, here["count"] // 2 // GANG_STEP) * GANG_STEP
    return [{
        "running": "in_progress", "team": d.teams[0], "site": here["site"], "accelerator": here["accelerator"],
        "n": n, "until": date_of(6),
    }]  # fmt: skip


def _standing_mw(d: Demand, site: str, fleet: list[Row]) -> dict[str, float]:
    """MW of IT by cooling that the fleet of a site takes."""
    types = {t.name: t for t in d.types}
    found = {"air": 0.0, "liquid": 0.0}
    for row in fleet:
        if row["site"] == site:
            t = types[row["accelerator"]]
            found[t.cooling] += row["count"] * t.kw * DRAW / 1000
    return {cooling: math.ceil(mw) for cooling, mw in found.items()}


def _halls(d: Demand, site: str, share: float, fleet: list[Row]) -> list[Row]:
    """Rooms that stand, shells to fit out within half a year, halls to build, tents at the campuses."""
    standing = _standing_mw(d, site, fleet)
    most = POWER_SHARE * _it_mw(d, d.years - 1) * share
    soon = max(0.0, 0.8 * _it_mw(d, 1) * share - sum(standing.values()))
    big = site in d.big
    module = _module(most)
    price = round(d.draw.uniform(0.8, 1.2) * HALL_MUSD, 1)
    rows = [
        _hall(site, "air_rooms", "air", standing["air"], 1, 0, 0, 0),
        _hall(site, "shell", "liquid", standing["liquid"], module / 2, math.ceil(soon / module * 2), 6, price - 5),
        _hall(site, "hall", "liquid", 0, module, math.ceil((most - soon) / module), 21, price),
    ]
    if big:
        tents = _hall(site, "tents", "liquid", 0, module / 2, 4, 6, price - 1)
        rows.append(tents | {"kind": "tent", "life_months": 72})
    return rows


def _module(most: float) -> float:
    """MW of a module: so that a site is built in some twenty, in steps that are built."""
    return next((mw for mw in (5.0, 10.0, 20.0, 50.0, 100.0, 200.0) if mw * 20 >= most), 400.0)


def _hall(
    site: str, name: str, cooling: str, existing: float, module: float, most: int, lead: int, price: float
) -> Row:
    return {
        "site": site, "hall": name, "cooling": cooling, "module_mw": module, "existing_mw": existing,
        "max_modules": most, "kind": "hall", "lead_time_months": lead, "price_musd_per_mw": round(price, 1),
    }  # fmt: skip


def _sources(d: Demand, site: str, share: float, fleet: list[Row]) -> list[Row]:
    """The grid as it stands, gas within two years for some of the rest, more grid within three or four."""
    standing = sum(_standing_mw(d, site, fleet).values()) * 1.26
    stands = math.ceil(max(standing, 0.8 * _it_mw(d, 1) * share * PUE))
    module = _module(PUE * POWER_SHARE * _it_mw(d, d.years - 1) * share)
    more = max(module, PUE * POWER_SHARE * _it_mw(d, d.years - 1) * share - stands)
    gas = math.ceil(more * d.draw.uniform(0.2, 0.5) / module) * module
    grid = math.ceil(more / module) * module - gas + module
    lead = d.draw.choice((30, 36, 42, 48))
    energy = round(d.draw.uniform(50, 90), 0)
    return [
        _source(site, "grid", stands, 0, stands, 0, 0, energy),
        _source(site, "gas", 0, module, gas, 23, 4.0, 40),
        _source(site, "grid_extension", 0, module, grid, lead, 0.25, energy),
    ]


def _source(
    site: str, name: str, existing: float, module: float, most: float, lead: int, price: float, energy: float
) -> Row:
    return {
        "site": site, "power_source": name, "existing_mw": existing, "module_mw": module, "max_mw": most,
        "lead_time_months": lead, "price_musd_per_mw": price, "energy_usd_per_mwh": energy,
    }  # fmt: skip


def _fabrics(d: Demand, site: str, fleet: list[Row]) -> list[Row]:
    """Two tiers of each vendor: two levels of switches for small gangs, three for all; the fleet has the large."""
    rows = []
    for family in sorted({t.family for t in d.types}):
        names = {t.name for t in d.types if t.family == family}
        there = sum(row["count"] for row in fleet if row["site"] == site and row["accelerator"] in names)
        for tier, most, price, existing in (("clos2", 16384, 0.6, 0), ("clos3", 524288, 1.0, there)):
            rows.append({
                "site": site, "fabric": f"{tier}_{family}", "family": family, "max_gang": most,
                "block_endpoints": LOT if tier == "clos2" else 2 * LOT, "existing_endpoints": existing,
                "lead_time_months": 8, "price_usd_per_endpoint": ENDPOINT_USD * price,
            })  # fmt: skip
    return rows


def _budgets(d: Demand) -> list[Row]:
    """A share of what the growth to the next year costs: accelerators, endpoints, halls, power."""
    rows = []
    for year in range(d.years):
        month = 12 * year + 12
        each = (price_usd(month) + ENDPOINT_USD + kw(month) * DRAW * 1000 * (HALL_MUSD + SOURCE_MUSD)) / 1e6
        further = d.units(year + 1) - d.units(year) * fp8_pflops(12 * year) / fp8_pflops(month)
        amount = BUDGET_SHARE * max(further, d.units(year + 1) / 3) * each
        rows.append({"fiscal_year": 2026 + year, "category": "all", "budget_musd": rounded(amount),
                     "carry_over_share": 0.5, "pull_forward_share": 0})  # fmt: skip
    return rows


def _money(d: Demand, halls: list[Row]) -> Tables:
    """Types fall by a tenth a year from their second year, halls rise by 6 %; a quarter is paid with the order."""
    prices: list[Row] = []
    profiles: list[Row] = []
    for t in d.types:
        after = [12 * (t.release // 12 + y) for y in (2, 3)]
        prices += [
            {"item": t.name, "date": date_of(month), "price": round(t.price * 0.9 ** (i + 1), -2)}
            for i, month in enumerate(after)
            if 0 < month <= t.last_order
        ]
        profiles += _profile(t.name, (("order", 0, 0.25), ("delivery", 0, 0.75)))
    prices += [
        {
            "item": f"{row['site']}.hall",
            "date": date_of(12 * y),
            "price": round(row["price_musd_per_mw"] * 1.06**y, 1),
        }
        for row in halls
        if row["hall"] == "hall"
        for y in range(1, d.years)
    ]
    profiles += _profile("hall", (("order", 0, 0.3), ("delivery", -6, 0.4), ("delivery", 0, 0.3)))
    return {"prices": prices, "cash_profiles": profiles}


def _profile(item: str, payments: tuple[tuple[str, int, float], ...]) -> list[Row]:
    return [{"item": item, "event": event, "offset_months": at, "share": share} for event, at, share in payments]
