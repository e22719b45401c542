"""The input layer: reads scenarios and catalogues, applies changes, and validates everything once."""
