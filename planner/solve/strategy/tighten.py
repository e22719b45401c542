"""Rows made tighter without losing a plan: what whole lots can fill of a limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.solve.compile import Matrix

EXACT = 1e-9


def tighten(matrix: Matrix) -> Matrix:
    """The matrix with limits on whole numbers rounded to what they can fill.

    A row `q * (sum of a_j x_j) <= b` with whole a_j and integer x_j holds just where the sum is at most
    floor(b / q): a supply of 4.9 lots is one of 4 (Chvatal-Gomory rounding of a single row).
    """
    rows = matrix.a.tocsr()
    whole = np.asarray(matrix.integer, dtype=bool)
    lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
    number = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    fractional = np.bincount(number, ~whole[rows.indices], minlength=rows.shape[0])  # the last rows may be empty
    for i in np.flatnonzero((fractional == 0) & (np.diff(rows.indptr) > 0)):
        coefficients = np.abs(rows.data[rows.indptr[i] : rows.indptr[i + 1]])
        q = coefficients.min()
        if np.abs(coefficients / q - np.rint(coefficients / q)).max() > EXACT:
            continue
        upper[i] = min(upper[i], np.floor(upper[i] / q + EXACT * max(1.0, abs(upper[i] / q))) * q)
        lower[i] = max(lower[i], np.ceil(lower[i] / q - EXACT * max(1.0, abs(lower[i] / q))) * q)
    return replace(matrix, row_lower=lower, row_upper=upper)
