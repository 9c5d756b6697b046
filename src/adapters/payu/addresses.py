"""Where PayU is, and what an address of it has to be like."""

from collections.abc import Collection
from urllib.parse import urlsplit

LIVE_HOSTS = frozenset({"checkout.payulatam.com", "api.payulatam.com"})
PAYU_HOSTS = LIVE_HOSTS | {f"sandbox.{host}" for host in LIVE_HOSTS}
"""With those for tests, which move no money."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""This machine, where a simulator may be."""


def require_address(url: str, allowed_hosts: Collection[str] = PAYU_HOSTS) -> None:
    """Refuse (ValueError) an address at none of `allowed_hosts`, or not encrypted unless on this machine."""
    parts = urlsplit(url)
    if parts.hostname not in allowed_hosts:
        raise ValueError(f"{parts.hostname} is not an address of PayU")
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
        raise ValueError(f"PayU needs an encrypted connection: {url}")
    if parts.port == 0:  # reading it refuses what is no port
        raise ValueError(f"not a port: {url}")
