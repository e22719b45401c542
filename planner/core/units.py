"""Units inside the planner, and the few constants that tie them together.

Money M$, power MW (IT unless said), compute ZFLOP (1e21 FLOP), accelerator speed PFLOP/s,
bandwidth Tb/s, energy MWh, time months. One month is 730.5 h everywhere.
"""

HOURS_PER_MONTH = 730.5
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600.0
USD_PER_MUSD = 1e6
TFLOPS_PER_PFLOPS = 1e3
PFLOP_PER_ZFLOP = 1e6
KW_PER_MW = 1e3
MONTHS_PER_YEAR = 12
