"""EnLinea Pagos, as far as it is known from the code of those who use it and its sister deployments."""
