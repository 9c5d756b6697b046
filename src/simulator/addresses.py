"""Addresses that merchants give."""

from urllib.parse import unquote, urlsplit


def web_address(text: str) -> bool:
    """Whether `text` is an http(s) address with a host, printable and without credentials."""
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def decoded_once(url: str) -> str:
    """The address, also when it was URL-encoded once more than the form that brought it asks."""
    return unquote(url) if url.lower().startswith(("http%3a", "https%3a")) else url
