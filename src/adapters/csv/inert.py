"""Text that a spreadsheet would run as a formula: kept as it is here, harmless where it is exported.

A quote before it makes a spreadsheet show it as text (OWASP, CSV Injection). An import takes the quote off again.
"""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """The text for an exported cell."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def as_given(cell: str) -> str:
    """The text that `inert` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell
