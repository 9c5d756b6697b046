"""Reading the members of a JSON object that describes something, for the control API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.web import BadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Which members there are: `texts` by name with the field they fill and their pattern, `flags`, and the required.

    What is read keeps the names of the fields.
    """

    texts: Mapping[str, tuple[str, str]]
    flags: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def read(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that `body` fills. Raises BadRequest with a sentence in Spanish."""
        read: dict[str, Any] = {}
        for name, value in body.items():
            if name in self.texts:
                filled, pattern = self.texts[name]
                if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
                    raise BadRequest(422, f"«{name}» no tiene la forma esperada.")
                read[filled] = value
            elif name in self.flags:
                if not isinstance(value, bool):
                    raise BadRequest(422, f"«{name}» debe ser true o false.")
                read[self.flags[name]] = value
            else:
                raise BadRequest(422, f"No conozco «{name[:60]}» de un comercio.")
        if missing := [name for name in self.required if name not in body]:
            raise BadRequest(422, f"Faltan datos del comercio: {', '.join(missing)}.")
        return read
