"""What the system does: use cases and the ports they need. Knows the domain, and no library or adapter."""
