"""Which representation a client accepts."""

from starlette.datastructures import Headers

RESPONSE_JSON = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"


def accepted(headers: Headers) -> str | None:
    """The media type to answer an operation with, or None when the client accepts none that we speak.

    Without a preference it is `application/json`, which every client reads.
    """
    header = ", ".join(headers.getlist("accept"))
    if not header.strip():
        return JSON
    best: tuple[float, int, str] | None = None
    for media_type, quality, exactness in _ranges(header):
        for order, offered in enumerate((JSON, RESPONSE_JSON)):
            if quality > 0 and _matches(media_type, offered):
                # A type named outright beats a wildcard of the same weight, the newer one beats the older.
                named = exactness == 2
                rank = (quality, exactness * 2 + (order if named else -order), offered)
                best = max(best, rank) if best else rank
    return best[2] if best else None


def wants_page(headers: Headers) -> bool:
    """Whether the client is a browser that asks for a page: it names text/html outright."""
    header = ", ".join(headers.getlist("accept"))
    return any(media_type == HTML and quality > 0 for media_type, quality, _ in _ranges(header))


def _ranges(header: str) -> list[tuple[str, float, int]]:
    """Media ranges of an Accept header with their weight and how exact they are (0 for */*, 1, 2)."""
    found = []
    for part in header.split(",")[:32]:
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value.strip())))
                except ValueError:
                    quality = 0.0
        kind = media_type.lower()
        found.append((kind, quality, 0 if kind == "*/*" else 1 if kind.endswith("/*") else 2))
    return found


def _matches(media_range: str, offered: str) -> bool:
    return media_range in (offered, "*/*", "application/*")
