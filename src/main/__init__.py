"""The composition root: settings, wiring, the command line. The only package that imports all the others."""
