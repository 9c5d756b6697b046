"""Lines of a table."""

import statistics
from collections.abc import Sequence


def row(label: str, *cells: str) -> None:
    print(f"  {label:<24}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Median and the range of a run."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f}{unit} [{low:.{digits}f}–{high:.{digits}f}]"
