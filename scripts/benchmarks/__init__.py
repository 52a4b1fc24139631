"""The parts of ``scripts/bench``: programs under measurement, the load, the measuring and the report."""
