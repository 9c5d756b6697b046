"""The unit of reading: keys that fields ask for one by one, and that are read together."""

from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any

from strawberry.dataloader import DataLoader


class Batch:
    """Keys that are asked for one by one and read together."""

    def __init__(self, read: Callable[[list[Any]], Awaitable[list[Any]]]) -> None:
        self._loader: DataLoader[Any, Any] = DataLoader(read)

    def load(self, key: Hashable) -> Any:
        """The future of one key. A resolver may return it as it is."""
        return self._loader.load(key)

    async def load_many(self, keys: Iterable[Hashable]) -> list[Any]:
        return await self._loader.load_many(keys)
