"""One verb a file. Use cases never call each other."""
