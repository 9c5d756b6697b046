"""Files that hold many others."""
