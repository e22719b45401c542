"""The rooms: one file per family of constraints.

The registry below is in building order: a room may need what an earlier one offers.
"""

from planner.core.declare import Room, Table
from planner.model.rooms import (
    budgets,
    demand,
    fabric,
    finance,
    fleet,
    halls,
    leases,
    links,
    phases,
    placement,
    portfolio,
    power,
    replan,
    resale,
    retrofits,
    sites,
    spans,
    streams,
    supply,
    teams,
)

ROOMS: tuple[Room, ...] = (
    resale.ROOM,
    fleet.ROOM,
    supply.ROOM,
    leases.ROOM,
    retrofits.ROOM,
    halls.ROOM,
    phases.ROOM,
    power.ROOM,
    sites.ROOM,
    streams.ROOM,
    demand.ROOM,
    spans.ROOM,
    links.ROOM,
    placement.ROOM,
    fabric.ROOM,
    portfolio.ROOM,
    teams.ROOM,
    replan.ROOM,
    budgets.ROOM,
    finance.ROOM,
)
TABLES: tuple[Table, ...] = tuple(table for room in ROOMS for table in room.inputs)
