"""Where PayU is."""

LIVE_HOSTS = frozenset({"checkout.payulatam.com", "api.payulatam.com"})
PAYU_HOSTS = LIVE_HOSTS | {f"sandbox.{host}" for host in LIVE_HOSTS}
"""With those for tests, which move no money."""
