"""What adapters that speak HTTP share: bounded calls to others, and what others may ask of us. No adapter of a port
(decision 0014)."""
