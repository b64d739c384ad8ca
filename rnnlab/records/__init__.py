"""The values that travel from a worker to a page: dataclasses over NumPy, no torch."""
