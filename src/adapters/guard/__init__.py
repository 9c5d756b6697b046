"""Between the use cases and a gateway: what is done when it does not answer (decision 0014)."""
