"""A study without integrality: what no plan can be worth more than, and what its limits are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import xarray as xr


class Relaxation:
    """A study as an LP: lots, modules and starts may be fractions. Good for screening; a plan needs `solve`.

    Attributes
    ----------
    bound_musd
        No plan of the study is worth more than this, M$.
    seconds
        Where the time went: build, compile, solve.
    how
        How HiGHS came by the problem: passed, rebased or patched.
    """

    def __init__(
        self,
        bound_musd: float,
        limits: Callable[[], dict[str, float]],
        data: Callable[[], xr.Dataset],
        seconds: Mapping[str, float],
        how: str,
    ) -> None:
        self.bound_musd, self.seconds, self.how = bound_musd, seconds, how
        self._limits, self._data = limits, data

    @cached_property
    def limits(self) -> dict[str, float]:
        """What one more unit of a limit is worth, M$, by what the limit is called; dearest first."""
        return self._limits()

    @cached_property
    def data(self) -> xr.Dataset:
        """The fractional decisions and their money, with the dims and names of a plan's dataset."""
        return self._data()

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if name not in ("_limits", "_data")}
        return kept | {"limits": self.limits, "data": self.data}

    def __repr__(self) -> str:
        dearest = ", ".join(f"{name}: {worth:,.3g}" for name, worth in list(self.limits.items())[:3])
        return f"<Relaxation: no plan is worth more than {self.bound_musd:,.1f} M$; {dearest or 'no limit binds'}>"
