"""The holidays of Colombia."""
