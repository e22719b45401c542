"""Links, second opinion: what is asked for between sites, how it is carried, and what that costs (L1 to L5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.results.check.built import arrivals
from planner.results.check.case import Case
from planner.results.check.chosen import Choice
from planner.results.check.demand import Use
from planner.results.check.fleet import held
from planner.results.check.money import MUSD, Item, Purchase
from planner.results.check.report import Array


def check_links(case: Case, choices: list[Choice], use: Use) -> None:
    """Every row of the links; without the table nothing is carried and nothing may ask for it."""
    asked = _asked(case, choices, use)
    if not case.inputs.has("links"):
        dims = case.dims("source", "destination", "period")
        case.found.never("L1", asked, dims, True, "Tb/s", "traffic, though there are no links")
        return
    case.compare("traffic", asked, "source", "destination", "period", unit="Tb/s")
    links, modules = case.inputs.rows("links"), case.inputs.rows("link_modules")
    tbps = _capacity(case, links, modules)
    flow = case.read("flow", "link", "direction", "source", "period")
    case.found.decision("flow", flow, case.dims("link", "direction", "source", "period"), "Tb/s")
    _routed(case, links, flow, asked)
    by_way = flow.sum(axis=2)
    for k, row in enumerate(links):
        ways = {"ab": by_way[k, 0], "ba": by_way[k, 1]} if row["capacity"] == "directed" else {"both": by_way[k].sum(0)}
        for way, carried in ways.items():
            place = [("link", [row["link"]]), ("way", [way]), *case.dims("period")]
            case.found.at_most("L2", carried[None, None], tbps[k][None, None], place)
    _opened(case, links, modules, by_way.sum(axis=1))
    for k, t in np.argwhere(by_way.sum(axis=1) != 0):
        yearly = links[k]["flow_cost_musd_per_tbps"] * float(by_way[k, :, t].sum())
        start, months = int(case.calendar.starts[t]), float(case.calendar.months[t])
        case.money.line("opex", "traffic", links[k]["site_a"], start, yearly * months / 12.0)


def _asked(case: Case, choices: list[Choice], use: Use) -> Array:
    """Tb/s by (source, destination, period): the table's monthly mean, streams away from home, runs over spans."""
    calendar = case.calendar
    place = {site: i for i, site in enumerate(case.own)}
    asked = np.zeros((len(case.own), len(case.own), len(calendar.starts)))
    dated: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in case.inputs.rows("traffic"):
        pair = (row["from_site"], row["to_site"])
        dated.setdefault(pair, []).append((calendar.month(row["from"]), float(row["tbps"])))
    for (source, destination), rates in dated.items():
        monthly = np.array(held(rates, calendar.end, 0.0), dtype=float)
        asked[place[source], place[destination]] += np.add.reduceat(monthly, calendar.starts) / calendar.months
    for i, row in enumerate(case.inputs.rows("streams")):
        for site in case.own if row["home_site"] is not None else []:
            if site != row["home_site"]:
                served = use.served[i, case.position("site", site)]
                asked[place[row["home_site"]], place[site]] += row["tbps_per_pflops_away"] * served
    for choice in choices:
        if choice.place in case.spans:
            # all of it in every period in which the run is there, if only for a part
            present = calendar.overlap(choice.start, choice.finish) > 0
            tbps = case.spans[choice.place].tbps * choice.size / 1000.0 * choice.share
            for source in choice.parts:
                for destination in choice.parts:
                    if source != destination:
                        asked[place[source], place[destination]] += tbps * present
    return asked


def _capacity(case: Case, links: list[dict[str, Any]], modules: list[dict[str, Any]]) -> Array:
    """Tb/s by (link, period), and the money of the modules."""
    calendar, dims = case.calendar, case.dims("module", "period")
    built = case.read("link_build", "module", "period")
    case.found.decision("link_build", built, dims, "modules", whole=True)
    allowed = np.array([(row["max_modules"] > 0) & arrivals(case, row) for row in modules], dtype=bool)
    why = "link modules that cannot arrive then"
    case.found.never("eligibility", built, dims, ~allowed.reshape(built.shape), "modules", why)
    there = np.cumsum(built, axis=1)
    most = np.array([float(row["max_modules"]) for row in modules])[:, None]
    case.found.at_most("L3", there, most, dims)
    tbps = np.repeat([[float(row["existing_tbps"])] for row in links], len(calendar.starts), axis=1)
    tbps = tbps.reshape(len(links), len(calendar.starts))
    decay = float(case.setting("finance", "decay_network"))
    for q, row in enumerate(modules):
        k = case.position("link", row["link"])
        tbps[k] += row["tbps"] * there[q]
        item = Item((case.labels["module"][q], row["module"]), row["price_musd"])
        site = links[k]["site_a"]
        for v in np.flatnonzero(built[q]):
            arrived = int(calendar.starts[v])
            ordered = arrived - int(row["lead_time_months"] or 0)
            amount = float(built[q, v]) * case.money.price(item, ordered)
            case.money.buy(Purchase("network", site, item, amount, ordered, arrived, arrived, decay))
        running = case.money.running(item.names) * MUSD / 12.0
        for t, start in enumerate(calendar.starts.tolist()):
            case.money.line("opex", "running", site, start, running * float(calendar.months[t] * there[q, t]))
    case.compare("link_tbps", tbps, "link", "period", unit="Tb/s")
    return tbps


def _routed(case: Case, links: list[dict[str, Any]], flow: Array, asked: Array) -> None:
    """L1: at every site but the source, what comes in and does not go on is what the source sends there."""
    net = np.zeros(asked.shape)
    for k, row in enumerate(links):
        a, b = case.own.index(row["site_a"]), case.own.index(row["site_b"])
        onward = flow[k, 0] - flow[k, 1]  # from a to b, by (source, period)
        net[:, b] += onward
        net[:, a] -= onward
    elsewhere = ~np.eye(len(case.own), dtype=bool)[:, :, None]
    dims = [("source", case.own), ("site", case.own), *case.dims("period")]
    case.found.equal("L1", net, asked, dims, elsewhere)


def _opened(case: Case, links: list[dict[str, Any]], modules: list[dict[str, Any]], carried: Array) -> None:
    """L4, L5 and the fixed charge of links that have one; others are not opened."""
    calendar, dims = case.calendar, case.dims("link", "period")
    opened = case.read("link_opened", "link", "period")
    case.found.decision("link_opened", opened, dims, "1", whole=True)
    charge = np.array([float(row["fixed_charge_musd"]) for row in links])
    charged = (charge != 0)[:, None]
    case.found.never("eligibility", opened, dims, ~charged, "1", "opened, though it has no fixed charge")
    most = np.zeros((len(links), 1))
    for k, row in enumerate(links):
        own = [m["tbps"] * m["max_modules"] for m in modules if m["link"] == row["link"]]
        most[k] = (row["existing_tbps"] + sum(own)) * (2 if row["capacity"] == "directed" else 1)
    case.found.at_most("L4", carried, most * np.cumsum(opened, axis=1), dims, charged)
    case.found.at_most("L5", opened.sum(axis=1), 1.0, case.dims("link"), charged[:, 0])
    for k, t in np.argwhere(opened != 0):
        amount = charge[k] * float(opened[k, t])
        case.money.line("capex", "network", links[k]["site_a"], int(calendar.starts[t]), amount)
