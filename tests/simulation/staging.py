"""Rows as a transaction sees them: what others have committed by now, and on top of it what it changed itself."""

from collections.abc import Iterator
from typing import Any

from tests.fakes.books import Books

_GONE = object()


class StagedRows(dict[Any, Any]):
    """Changes to `base`, which keeps changing underneath; `publish` puts them there."""

    __slots__ = ("base",)

    def __init__(self, base: dict[Any, Any]) -> None:
        super().__init__()
        self.base = base

    def __getitem__(self, key: Any) -> Any:
        if super().__contains__(key):
            value = super().__getitem__(key)
            if value is _GONE:
                raise KeyError(key)
            return value
        return self.base[key]

    def get(self, key: Any, default: Any = None) -> Any:
        value = super().get(key, self)
        if value is self:
            return self.base.get(key, default)
        return default if value is _GONE else value

    def __contains__(self, key: object) -> bool:
        return super().__getitem__(key) is not _GONE if super().__contains__(key) else key in self.base

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: Any, *default: Any) -> Any:
        value = self.get(key, *default) if default else self[key]
        self[key] = _GONE
        return value

    def __delitem__(self, key: Any) -> None:
        self.pop(key)

    def __iter__(self) -> Iterator[Any]:
        if not super().__len__():
            return iter(self.base)
        return (key for key, _ in self._merged())

    def keys(self) -> Any:
        return dict(self._merged()).keys()

    def values(self) -> Any:
        if not super().__len__():
            return self.base.values()
        return [value for _, value in self._merged()]

    def items(self) -> Any:
        if not super().__len__():
            return self.base.items()
        return self._merged()

    def __len__(self) -> int:
        return len(self._merged())

    def __bool__(self) -> bool:
        return bool(len(self))

    def _merged(self) -> list[tuple[Any, Any]]:
        merged = {**self.base, **dict(super().items())}
        return [(key, value) for key, value in merged.items() if value is not _GONE]

    @property
    def changed(self) -> dict[Any, Any]:
        """What was added or replaced, by key."""
        return {key: value for key, value in super().items() if value is not _GONE}

    def publish(self) -> None:
        for key, value in super().items():
            if value is _GONE:
                self.base.pop(key, None)
            else:
                self.base[key] = value


class StagedList(list[Any]):
    """What is added to `base`, by whom only its end is written."""

    __slots__ = ("base",)

    def __init__(self, base: list[Any]) -> None:
        super().__init__()
        self.base = base

    def __iter__(self) -> Iterator[Any]:
        yield from self.base
        yield from super().__iter__()

    @property
    def changed(self) -> list[Any]:
        return list(super().__iter__())

    def publish(self) -> None:
        self.base.extend(super().__iter__())


_LAYERS: dict[type, Any] = {dict: StagedRows, list: StagedList}


class StagedBooks(Books):
    """The same books, to be changed without anybody noticing until `publish`."""

    def __init__(self, base: Books) -> None:
        self._base = base
        self._layers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        rows = getattr(self._base, name)
        layer = self._layers[name] = _LAYERS[type(rows)](rows)
        setattr(self, name, layer)
        return layer

    def changes(self) -> dict[str, Any]:
        """By table: what was changed, where anything was."""
        return {name: changed for name, layer in self._layers.items() if (changed := layer.changed)}

    def publish(self) -> None:
        for layer in self._layers.values():
            layer.publish()
