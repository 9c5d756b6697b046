"""What adapters that speak HTTP share: bounded calls to others, and what others may ask of us. No adapter of a port,
and with `spanish` the only package here that the others may import (decision 0014)."""
