"""What an address that we call, or send a payer to, has to be like."""

from collections.abc import Collection
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""This machine, where a simulator may be."""


def require_address(url: str, allowed_hosts: Collection[str], *, whose: str) -> None:
    """Refuse (ValueError) an address at none of `allowed_hosts`, or not encrypted unless on this machine. `whose` is
    who should be there, for the message."""
    parts = urlsplit(url)
    if parts.hostname not in allowed_hosts:
        raise ValueError(f"{parts.hostname} is not an address of {whose}")
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
        raise ValueError(f"{whose} needs an encrypted connection: {url}")
    if parts.port == 0:  # reading it refuses what is no port
        raise ValueError(f"not a port: {url}")
