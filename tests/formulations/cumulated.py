"""Cumulative columns: what stands of something by a period, instead of what arrives at it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.brute_force.problem import Key, Problem, Terms, total

Arrivals = Sequence[tuple[int, int, int]]  # (period, its start, order month)


class Standing:
    """What stands of something by period: a cumulative integer for every arrival; a real one if it is not whole."""

    def __init__(self, p: Problem, name: Key, arrivals: Arrivals, *, whole: bool = True) -> None:
        self.keys = {v: (p.integer if whole else p.real)(name, v) for v, _, _ in arrivals}
        self._arrivals = arrivals
        for v in list(self.keys)[1:]:
            p.at_most("", {}, self.more(v))

    def by(self, period: int) -> Terms:
        """Units that stand in a period."""
        past = [key for v, key in self.keys.items() if v <= period]
        return {past[-1]: 1.0} if past else {}

    def more(self, v: int) -> Terms:
        """Units that arrive at v: the difference to what stood before."""
        return total([(1.0, self.by(v)), (-1.0, self.by(v - 1))])

    def last(self) -> Terms:
        """Units that stand at the end."""
        return self.by(max(self.keys, default=0))
