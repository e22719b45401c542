"""From text to typed cells: CSV, YAML and Python values, each cell with the place where it stands."""
