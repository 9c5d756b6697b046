"""The bars of a cash coupon: Interleaved 2 of 5 (ISO/IEC 16390)."""

_WIDE = {
    "0": (2, 3),
    "1": (0, 4),
    "2": (1, 4),
    "3": (0, 1),
    "4": (2, 4),
    "5": (0, 2),
    "6": (1, 2),
    "7": (3, 4),
    "8": (0, 3),
    "9": (1, 3),
}


def bars(digits: str) -> list[tuple[int, int]]:
    """The black bars as (start, width) in narrow modules, start and stop pattern included.

    An odd number of digits gets a leading zero, because they are drawn in pairs: one in bars, one in the gaps between.
    """
    digits = digits.zfill(len(digits) + len(digits) % 2)
    widths = [1, 1, 1, 1]
    for black, white in zip(digits[::2], digits[1::2], strict=True):
        for place in range(5):
            widths.append(3 if place in _WIDE[black] else 1)
            widths.append(3 if place in _WIDE[white] else 1)
    widths += [3, 1, 1]
    drawn, start = [], 0
    for number, width in enumerate(widths):
        if number % 2 == 0:
            drawn.append((start, width))
        start += width
    return drawn
