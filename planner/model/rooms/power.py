"""Power: halls that house and cool, sources that feed, and the energy they sell.

Sets: site s, period t; hall q of one cooling class; source q; v the period at whose start a module arrives.

Decisions
    hall_build[q,v]      modules of a hall arriving at the start of v                 [modules]
    source_build[q,v]    modules of a source arriving at the start of v               [modules]
    opened[s,v]          site opened at the start of v                                [0/1]
    energy[q,t]          energy drawn from a source                                   [MWh]
    excess_hall[s,t], excess_source[s,t]   MW beyond a priced limit                   [MW]
    energy_of_excess[s,t]  energy drawn beyond a priced source limit                  [MWh]

draw[s,t] = (1 + fabric_draw_share) * sum_g provisioned_kw[g]/1000 * online[g,s,t]    [MW of IT]
hall_mw = existing + module_mw * modules arrived; source_mw likewise, at the meter.

    (P1) per cooling class, nested: draw of accelerators that need air <= air and either halls; that need
         liquid <= liquid and either halls; of all <= all halls (each + excess_hall)  [MW]
    (P2) pue[s] * draw[s,t] <= sum of source_mw[q,t] + excess_source[s,t]             [MW]
    (P3) sum_q energy[q,t] + energy_of_excess = pue[s] * average_draw * draw[s,t] * hours[t]   [MWh]
    (P4) energy[q,t] <= source_mw[q,t] * hours[t]; energy_of_excess <= excess_source * hours   [MWh]
    (P5) modules of a hall arrived by t <= max_modules                                [modules]
    (P6) existing + modules of a source arrived by t <= max_mw                        [MW]
    (P7) modules that arrive at v need the site opened by their order date            [modules]
    (P8) a site is opened at most once                                                [-]

A site is open from the start if it has existing hall or source MW, or fleet. What the scenario has no
table for (`halls`, `power_sources`) is not limited.
Money: modules at their price at the order date by cash profile (capex `hall`, `power`); opening cost at
the opening (capex `hall`); energy (opex `energy`); running cost per MW (opex `running`); penalties.
"""

from __future__ import annotations

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.rules import needed_when, not_above

SITES = Table(
    "sites",
    "Own sites.",
    ("site",),
    (
        Column("site", "id", "name"),
        Column("pue", "number", "facility power over IT power", "", low=1),
        Column("opening_cost_musd", "number", "paid once when the first module of a closed site is ordered", "M$", 0.0, low=0),
    ),
)
HALLS = Table(
    "halls",
    "Halls: MW of IT in modules of one cooling class.",
    ("site", "hall"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("hall", "id", "name"),
        Column("catalogue", "id", "row of data/halls.csv whose cells fill the empty ones", default=None),
        Column("cooling", "choice", "what it can cool", "", None, choices=("air", "liquid", "either"), catalogue=True),
        Column("module_mw", "number", "MW of IT of one module; needed if max_modules > 0", "MW", None, low=0, low_open=True, catalogue=True),
        Column("existing_mw", "number", "MW of IT that stand from the start", "MW", 0.0, low=0),
        Column("max_modules", "integer", "most modules that can be built", "modules", 0, low=0),
        Column("available_from", "date", "earliest arrival of a module; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to energised; needed if max_modules > 0", "months", None, low=0, catalogue=True),
        Column("price_musd_per_mw", "number", "price; needed if max_modules > 0", "M$/MW", None, low=0, catalogue=True),
    ),
    rules=(
        needed_when("module_mw", "max_modules"),
        needed_when("lead_time_months", "max_modules"),
        needed_when("price_musd_per_mw", "max_modules"),
    ),
    catalogue="halls",
)
SOURCES = Table(
    "power_sources",
    "Power at the meter: grid phases, gas plant, ...",
    ("site", "power_source"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("power_source", "id", "name"),
        Column("catalogue", "id", "row of data/power_sources.csv whose cells fill the empty ones", default=None),
        Column("existing_mw", "number", "MW at the meter from the start", "MW", 0.0, low=0),
        Column("module_mw", "number", "MW of one module; 0: cannot be extended", "MW", 0.0, low=0),
        Column("max_mw", "number", "most MW, existing included", "MW", low=0),
        Column("available_from", "date", "earliest arrival of a module; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to energised; needed if extendable", "months", None, low=0, catalogue=True),
        Column("price_musd_per_mw", "number", "price; needed if extendable", "M$/MW", None, low=0, catalogue=True),
        Column("energy_usd_per_mwh", "number", "price of energy", "USD/MWh", None, low=0, catalogue=True),
    ),
    rules=(
        not_above("existing_mw", "max_mw"),
        needed_when("lead_time_months", "module_mw"),
        needed_when("price_musd_per_mw", "module_mw"),
        needed_when("energy_usd_per_mwh", "max_mw"),
    ),
    catalogue="power_sources",
)
EQUATIONS = (
    Equation("P1", "draw_fits_halls", "draw fits the halls of its cooling class", "MW"),
    Equation("P2", "draw_fits_sources", "facility draw fits the sources", "MW"),
    Equation("P3", "energy_is_drawn", "energy bought is energy drawn", "MWh"),
    Equation("P4", "energy_fits_source", "energy fits the source", "MWh"),
    Equation("P5", "modules_fit_hall", "modules fit the hall", "modules"),
    Equation("P6", "modules_fit_source", "modules fit the source", "MW"),
    Equation("P7", "site_opens_before_modules", "a site opens before its modules are ordered", "modules"),
    Equation("P8", "site_opens_once", "a site opens at most once", "-"),
)
OUTPUTS = (
    Output("hall_build", "hall_build", ("hall", "period"), "modules", "hall modules, by period of arrival"),
    Output("power_source_build", "source_build", ("power_source", "period"), "modules", "source modules, by period of arrival"),
    Output("opened", "opened", ("site", "period"), "1", "site opened"),
    Output("hall_mw", "hall_mw", ("hall", "period"), "MW", "IT power the hall houses"),
    Output("power_source_mw", "source_mw", ("power_source", "period"), "MW", "power at the meter"),
    Output("draw_mw", "draw", ("site", "period"), "MW", "provisioned IT draw of what is online, fabric included"),
    Output("energy_mwh", "energy", ("power_source", "period"), "MWh", "energy drawn"),
    Output("hall_excess_mw", "excess_hall", ("site", "period"), "MW", "draw beyond a priced hall limit"),
    Output("source_excess_mw", "excess_source", ("site", "period"), "MW", "draw beyond a priced source limit"),
    Output("excess_energy_mwh", "energy_of_excess", ("site", "period"), "MWh", "energy drawn beyond a priced source limit"),
)
