"""Pictures as they are shown: shared by the adapters whose work bears an agency's logo. No adapter of a port."""
