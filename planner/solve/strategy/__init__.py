"""How good plans are found soon and proven: relax, dive, improve in neighbourhoods, prove beside it.

No file here names a room's variable: integer columns are known by the role their room gives them, and by
the place, type, time and run that the indices of their results say.
"""
