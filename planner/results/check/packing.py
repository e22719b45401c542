"""Whether gangs fit into the instances of a site's fabrics: first-fit decreasing, then a small search.

An instance of a tier joins up to `max_gang` accelerators; the endpoints of a tier may stand in its instances
in any split. A gang is whole inside one instance.
"""

from __future__ import annotations

from dataclasses import dataclass

SEARCH_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Tier:
    """What one tier holds: instances of a size, and endpoints over all of them."""

    max_gang: int
    instances: int
    endpoints: int


def pack(gangs: tuple[int, ...], tiers: tuple[Tier, ...]) -> bool | None:
    """Whether the gangs fit; None if the search ran out of steps. `tiers` come smallest first."""
    ordered = tuple(sorted(gangs, reverse=True))
    return True if _first_fit(ordered, tiers) else _search(ordered, tiers)


def _first_fit(gangs: tuple[int, ...], tiers: tuple[Tier, ...]) -> bool:
    free = [[tier.max_gang] * min(tier.instances, len(gangs)) for tier in tiers]
    endpoints = [tier.endpoints for tier in tiers]
    for gang in gangs:
        for i, bins in enumerate(free):
            fitting = [j for j, room in enumerate(bins) if room >= gang]
            if fitting and endpoints[i] >= gang:
                bins[fitting[0]] -= gang
                endpoints[i] -= gang
                break
        else:
            return False
    return True


def _search(gangs: tuple[int, ...], tiers: tuple[Tier, ...]) -> bool | None:
    """Depth-first over the instances that differ; states seen to fail are not entered again."""
    start = (
        tuple(tuple([tier.max_gang] * min(tier.instances, len(gangs))) for tier in tiers),
        tuple(tier.endpoints for tier in tiers),
    )
    stack, seen, steps = [(0, *start)], set(), 0
    while stack:
        index, free, endpoints = stack.pop()
        if index == len(gangs):
            return True
        if (index, free, endpoints) in seen:
            continue
        seen.add((index, free, endpoints))
        steps += 1
        if steps > SEARCH_STEPS:
            return None
        gang = gangs[index]
        for i, bins in enumerate(free):
            if endpoints[i] < gang:
                continue
            left = (*endpoints[:i], endpoints[i] - gang, *endpoints[i + 1 :])
            for room in {room for room in bins if room >= gang}:
                j = bins.index(room)
                filled = tuple(sorted((*bins[:j], room - gang, *bins[j + 1 :]), reverse=True))
                stack.append((index + 1, (*free[:i], filled, *free[i + 1 :]), left))
    return False
