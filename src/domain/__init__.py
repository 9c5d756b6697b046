"""The business rules of the client area: standard library only, synchronous, no clock and no I/O."""
