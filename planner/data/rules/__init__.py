"""The rules that inputs keep, over several rows and tables, and the ids by which they are reported."""
