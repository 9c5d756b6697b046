"""Standard output whose reader may leave before everything was said, as in `portal mail list | head -1`."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

NOBODY_READS = 128 + signal.SIGPIPE
"""How a shell tells of a program that ended because its reader did."""


class NobodyReads(Exception):
    """Whoever read the output has closed it.

    Not an OSError on purpose: those of a command tell of the database, and the command line's library makes its own
    end of a broken pipe.
    """


class _Output:
    """A stream that tells a reader who left from every other broken pipe; afterwards it says nothing to anybody."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._noticing():
            return self._stream.write(text)

    def flush(self) -> None:
        with self._noticing():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError as error:
            # What was not written is still kept, and Python would complain about it when it ends.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            raise NobodyReads from error


@contextmanager
def to_a_reader() -> Iterator[None]:
    """What is printed inside raises NobodyReads once its reader has left, at the end of the block at the latest."""
    before = sys.stdout
    output = _Output(before)
    sys.stdout = cast(TextIO, output)
    try:
        try:
            yield
        finally:
            output.flush()
    finally:
        sys.stdout = before


def announce(text: str) -> None:
    """Says at once what a program that runs on is doing; nobody listening is no reason for it to stop."""
    with suppress(NobodyReads):
        print(text, flush=True)
