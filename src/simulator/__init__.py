"""A stand-in for the payment gateways, for development and tests. Independent: imports nothing of the service."""
