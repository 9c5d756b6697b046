"""What is written to standard error beyond warnings."""

import logging

from application.use_cases import audit


def keep_audit_heads() -> None:
    """From now on this process writes where each agency's record ends, whenever it is noted. For production, whose
    logs are kept: in development it would be a line that nobody asked for."""
    logger = logging.getLogger(audit.__name__)
    logger.setLevel(logging.INFO)
    # Without any handler Python writes warnings alone, whatever the level.
    logging.basicConfig(format="%(message)s")
