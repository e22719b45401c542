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
    limits
        What one more unit of a limit is worth, M$ in its unit, by what the limit is called; dearest first.
    seconds
        Where the time went: build, compile, solve.
    how
        How HiGHS came by the problem: passed, rebased or patched.
    """

    def __init__(
        self,
        bound_musd: float,
        limits: Mapping[str, float],
        seconds: Mapping[str, float],
        how: str,
        read: Callable[[], xr.Dataset],
    ) -> None:
        self.bound_musd, self.limits, self.seconds, self.how = bound_musd, limits, seconds, how
        self._read = read

    @cached_property
    def data(self) -> xr.Dataset:
        """The fractional decisions and their money, with the dims and names of a plan's dataset."""
        return self._read()

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, **{k: v for k, v in vars(self).items() if k != "_read"}}

    def __repr__(self) -> str:
        dearest = ", ".join(f"{name}: {worth:,.3g}" for name, worth in list(self.limits.items())[:3])
        return f"<Relaxation: no plan is worth more than {self.bound_musd:,.1f} M$; {dearest or 'no limit binds'}>"
