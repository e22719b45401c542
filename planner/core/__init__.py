"""Declarations, units, errors: what every other layer may lean on."""
