"""The inspector that the application sees: files are opened in a worker process, of which nothing else depends."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from adapters.files import worker
from adapters.workers.workers import AllBusy, NoWorkers, Workers, WorkFailed
from application.ports.files import FileInspector, FileProblem, FileRefused, InspectedFile
from domain.errors import Busy, Unavailable


class IsolatedFileInspector(FileInspector):
    """Looks into files in at most `max_workers` processes, started at the first file.

    A file over which a worker takes longer than `timeout_seconds`, or dies twice, is DAMAGED: nobody else should try.
    Use it as an asynchronous context manager: no worker outlives it.
    """

    def __init__(self, *, max_workers: int = 1, timeout_seconds: float = 10.0) -> None:
        self._workers = Workers(worker.prepare, size=max_workers, timeout_seconds=timeout_seconds)

    async def attachment(self, content: bytes) -> InspectedFile:
        return await self._inspected(worker.attachment, content)

    async def logo(self, content: bytes) -> InspectedFile:
        return await self._inspected(worker.logo, content)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._workers.aclose()

    async def _inspected(self, work: Callable[[bytes], InspectedFile | FileProblem], content: bytes) -> InspectedFile:
        try:
            found = await self._workers.do(work, content)
        except AllBusy as error:
            raise Busy(5) from error
        except NoWorkers as error:
            raise Unavailable(5) from error
        except WorkFailed as error:
            raise FileRefused(FileProblem.DAMAGED) from error
        if isinstance(found, FileProblem):
            raise FileRefused(found)
        return found
