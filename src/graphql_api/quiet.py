"""Waiting until an operation has read everything, for what needs the time or the connections of others."""

import asyncio

from application.ports.reading import Reading

_QUIET_TURNS = 40
"""Turns of the event loop without reading after which an operation is taken to have read everything."""


async def reads_end(reading: Reading) -> None:
    """Wait until nothing is read any more, then give the snapshot's connection back."""
    quiet = 0
    while quiet < _QUIET_TURNS:
        await asyncio.sleep(0)
        quiet = quiet + 1 if reading.is_idle else 0
    await reading.close()
