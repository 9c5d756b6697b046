"""Short fingerprints of imported values: the same values, however they were written, have the same one."""

import json
from hashlib import blake2b


def digest(*values: object, size: int = 16) -> str:
    """Hexadecimal fingerprint of texts, numbers, amounts, dates, None and tuples of them, order included."""
    written = json.dumps(values, default=str, ensure_ascii=True, separators=(",", ":"))
    return blake2b(written.encode(), digest_size=size).hexdigest()
