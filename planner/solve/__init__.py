"""From a Pyomo model to a proven point: compile to a matrix, drive HiGHS, price the limits."""
