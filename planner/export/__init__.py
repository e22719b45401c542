"""A plan for people: CSV tables, a workbook, a summary. Everything here takes the plan's dataset, not the model."""
