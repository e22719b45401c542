"""Fabric, second opinion: endpoints and instances, and the gangs they carry (N1 to N4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.results.check.case import Case
from planner.results.check.chosen import Gang, Offered
from planner.results.check.demand import present
from planner.results.check.fleet import Fleet
from planner.results.check.money import MUSD, Item, Purchase
from planner.results.check.packing import Tier, pack
from planner.results.check.report import ABSOLUTE, Array, Dims


@dataclass(frozen=True, slots=True)
class Fabrics:
    """Rows of the table with endpoints and instances there by (fabric, period)."""

    rows: list[dict[str, Any]]
    endpoints: Array
    instances: Array

    def of(self, site: str, family: str) -> list[int]:
        """The tiers of a family at a site, smallest first."""
        tiers = [f for f, row in enumerate(self.rows) if row["site"] == site and row["family"] == family]
        return sorted(tiers, key=lambda f: self.rows[f]["max_gang"])


def check_fabric(case: Case, fleet: Fleet, offered: Offered, gangs: list[Gang]) -> None:
    """Every row of the fabrics, and whether the gangs can be packed into their instances."""
    if not case.inputs.has("fabrics"):
        return
    fabrics = _standing(case)
    families = {row["fabric_family"] for row in case.accelerators.values()}
    for site in case.own:
        for family in sorted(families | {row["family"] for row in fabrics.rows if row["site"] == site}):
            group = _group(case, fabrics, site, family, offered, gangs)
            _check_online(case, fabrics, fleet, group)
            for f in group.tiers:
                _check_tier(case, fabrics, group, f)
            _pack(case, fabrics, group)


def _standing(case: Case) -> Fabrics:
    rows, found = case.inputs.rows("fabrics"), case.found
    dims = case.dims("fabric", "period")
    blocks = case.read("endpoint_order", "fabric", "period")
    new = case.read("instance_order", "fabric", "period")
    found.decision("endpoint_order", blocks, dims, "blocks", whole=True)
    found.decision("instance_order", new, dims, "instances", whole=True)
    allowed = np.zeros(blocks.shape, dtype=bool)
    for f, row in enumerate(rows):
        if row["block_endpoints"]:
            starts = case.calendar.starts
            ordered = starts - int(row["lead_time_months"])
            allowed[f] = (ordered >= 0) & (starts >= case.months_of("available_from", row, 0))
    found.never("eligibility", blocks, dims, ~allowed, "blocks", "endpoints that cannot arrive then")
    found.never("eligibility", new, dims, ~allowed, "instances", "instances that cannot arrive then")
    size = np.array([float(row["max_gang"]) for row in rows])[:, None]
    block = np.array([float(row["block_endpoints"]) for row in rows])[:, None]
    there = np.array([float(row["existing_endpoints"]) for row in rows])[:, None]
    stand = np.array([_existing_instances(row) for row in rows])[:, None]
    endpoints = there + block * np.cumsum(blocks, axis=1)
    instances = stand + np.cumsum(new, axis=1)
    most = np.array([np.inf if row["max_instances"] is None else row["max_instances"] for row in rows])[:, None]
    found.at_most("N3", endpoints, size * instances, dims)
    found.at_most("N4", instances, most, dims, np.isfinite(most))
    case.compare("endpoints", endpoints, "fabric", "period", unit="endpoints")
    case.compare("instances", instances, "fabric", "period", unit="instances")
    _money(case, rows, blocks, new)
    return Fabrics(rows, endpoints, instances)


def _existing_instances(row: dict[str, Any]) -> float:
    """Instances from the start: as stated, else as few as hold the existing endpoints."""
    if row["existing_instances"] is not None:
        return float(row["existing_instances"])
    return float(-(-row["existing_endpoints"] // row["max_gang"]))


def _money(case: Case, rows: list[dict[str, Any]], blocks: Array, new: Array) -> None:
    decay = float(case.setting("finance", "decay_network"))
    for f, v in np.argwhere((blocks != 0) | (new != 0)):
        row = rows[f]
        item = Item((f"{row['site']}.{row['fabric']}", row["fabric"]), row["price_usd_per_endpoint"])
        arrived = int(case.calendar.starts[v])
        ordered = arrived - int(row["lead_time_months"] or 0)
        endpoints = float(blocks[f, v]) * row["block_endpoints"] * case.money.price(item, ordered) * MUSD
        amount = endpoints + float(new[f, v]) * row["instance_price_musd"]
        case.money.buy(Purchase("network", row["site"], item, amount, ordered, arrived, arrived, decay))


@dataclass(frozen=True, slots=True)
class Group:
    """One family at one site: its tiers, its gangs by slot, and the sizes of all that are offered or given."""

    site: str
    family: str
    tiers: list[int]
    gangs: list[Gang]
    there: Array
    offered: Array

    @property
    def units(self) -> Array:
        return np.array([gang.size for gang in self.gangs], dtype=float)[:, None]

    def place(self, *more: tuple[str, str]) -> list[tuple[str, list[str]]]:
        """Dims of length one that name a row's place."""
        return [(dim, [label]) for dim, label in (("site", self.site), ("family", self.family), *more)]


def _group(case: Case, fabrics: Fabrics, site: str, family: str, offered: Offered, gangs: list[Gang]) -> Group:
    s, members = case.position("site", site), _members(case, family)
    here = [gang for gang in gangs if gang.place == s and gang.accelerator in members]
    there = np.array([present(case, gang) * gang.share for gang in here], dtype=float)
    sizes = offered.size[(offered.place == s) & np.isin(offered.accelerator, members)]
    there = there.reshape(len(here), len(case.calendar.slot_starts))
    every = np.concatenate([sizes, [float(gang.size) for gang in here]])
    return Group(site, family, fabrics.of(site, family), here, there, every)


def _members(case: Case, family: str) -> list[int]:
    return [g for g, row in enumerate(case.accelerators.values()) if row["fabric_family"] == family]


def _check_online(case: Case, fabrics: Fabrics, fleet: Fleet, group: Group) -> None:
    """N1 at size zero: whatever is online has an endpoint."""
    online = fleet.online[_members(case, group.family), case.position("site", group.site)].sum(axis=0)
    endpoints = fabrics.endpoints[group.tiers].sum(axis=0)
    dims = [*group.place(("larger_than", "0")), *case.dims("period")]
    case.found.at_most("N1", _one_row(online, dims), _one_row(endpoints, dims), dims)


def _check_tier(case: Case, fabrics: Fabrics, group: Group, f: int) -> None:
    """N1 and N2 at the size of one tier, where some candidate is large enough to matter."""
    rows, by_slot = fabrics.rows, case.calendar.slot_period
    most, slot = rows[f]["max_gang"], ("slot", case.calendar.slots)
    larger = [h for h in group.tiers if rows[h]["max_gang"] > most]
    if (group.offered > most).any():
        asked = (group.units * group.there * (group.units > most)).sum(axis=0)
        limit = fabrics.endpoints[larger].sum(axis=0)[by_slot]
        dims = [*group.place(("larger_than", str(most))), slot]
        case.found.at_most("N1", _one_row(asked, dims), _one_row(limit, dims), dims)
    for k in (2, 3):
        smallest = most // k + 1
        if not (group.offered >= smallest).any():
            continue
        count = (group.there * (group.units >= smallest)).sum(axis=0)
        room = (k - 1) * fabrics.instances[f]
        for h in group.tiers:
            if h != f:
                room = room + (rows[h]["max_gang"] // smallest) * fabrics.instances[h]
        dims = [*group.place(("fabric", rows[f]["fabric"]), ("larger_than", f"1/{k}")), slot]
        case.found.at_most("N2", _one_row(count, dims), _one_row(room[by_slot], dims), dims)


def _one_row(values: Array, dims: Dims) -> Array:
    return values.reshape((1,) * (len(dims) - 1) + values.shape)


def _pack(case: Case, fabrics: Fabrics, group: Group) -> None:
    """Put the gangs of every slot into instances; say where that fails. The rows above do not promise it."""
    seen = set()
    for h, slot in enumerate(case.calendar.slots):
        t = int(case.calendar.slot_period[h])
        here = tuple(gang.size for gang, there in zip(group.gangs, group.there[:, h], strict=True) if there > ABSOLUTE)
        room = tuple(_tier(fabrics, f, t) for f in group.tiers)
        if not here or (here, room) in seen:
            continue
        seen.add((here, room))
        packed = pack(here, room)
        if packed is not True:
            word = "cannot be packed" if packed is False else "were not packed within the search's limit"
            sizes = ", ".join(str(size) for size in sorted(here, reverse=True))
            text = f"gangs of {sizes} at {group.site} ({group.family}) in {slot} {word} into the fabric's instances"
            case.found.notice(text)


def _tier(fabrics: Fabrics, f: int, t: int) -> Tier:
    whole = [int(values[f, t] + ABSOLUTE) for values in (fabrics.instances, fabrics.endpoints)]
    return Tier(int(fabrics.rows[f]["max_gang"]), *whole)
