"""Where EnLineaPagos is."""

LIVE_URL = "https://www.enlineapagos.com"
LIVE_HOSTS = frozenset({"www.enlineapagos.com", "enlineapagos.com", "api.enlineapagos.com"})
"""Its own, those of its pages and of its JSON dialect; no place for tests is known."""

WHOSE = "EnLineaPagos"
