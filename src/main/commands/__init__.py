"""Commands of `portal`, a module per topic."""
