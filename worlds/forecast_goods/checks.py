"""What a value of a config is checked for. Each check raises WorldError with the key, the value and the range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import get_close_matches

from worlds.errors import WorldError

ROW_ERROR = 1e-9

Matrix = tuple[tuple[float, ...], ...]


def expect(holds: bool, key: str, value: object, wanted: str, hint: str = "") -> None:
    if not holds:
        raise WorldError(f"{key} = {value!r}: expected {wanted}.{' ' if hint else ''}{hint}")


def finite(key: str, value: float) -> None:
    expect(_real(value), key, value, "a number")


def from_0(key: str, value: float) -> None:
    expect(_real(value) and value >= 0, key, value, "a number from 0")


def above_0(key: str, value: float) -> None:
    expect(_real(value) and value > 0, key, value, "a number above 0")


def share(key: str, value: float) -> None:
    expect(_real(value) and 0 <= value <= 1, key, value, "a number from 0 to 1")


def whole(key: str, value: int, least: int, most: int) -> None:
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    expect(fits, key, value, f"a whole number from {least} to {most}")


def known(key: str, value: str, names: Sequence[str]) -> None:
    if value in names:
        return
    near = get_close_matches(str(value), names, 1)
    hint = f"Nearest: '{near[0]}'." if near else ""
    expect(False, key, value, f"one of {', '.join(names)}", hint)


def stochastic(key: str, rows: Matrix) -> None:
    """Square, from 0, each row with a sum of 1."""
    for number, row in enumerate(rows):
        expect(len(row) == len(rows), f"{key}[{number}]", row, f"{len(rows)} numbers", "The matrix is square.")
        for value in row:
            share(f"{key}[{number}]", value)
        expect(abs(sum(row) - 1) < ROW_ERROR, f"{key}[{number}]", row, "a sum of 1", f"It is {sum(row):g}.")
    expect(len(rows) > 0, key, rows, "at least one row")


def correlated(key: str, rows: Matrix, size: int) -> None:
    """A correlation matrix of `size` series that can be factored."""
    import numpy as np

    expect(len(rows) == size and all(len(row) == size for row in rows), key, rows, f"{size} rows of {size} numbers")
    matrix = np.array(rows, dtype=float)
    plain = np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1)
    expect(bool(plain), key, rows, "a symmetric matrix with ones on its diagonal")
    least = float(np.linalg.eigvalsh(matrix).min())
    expect(least > 0, key, rows, "a positive definite matrix", f"Its smallest eigenvalue is {least:.3g}.")


def _real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
