"""What the lab costs, measured. `python -m benchmarks` makes the table of docs/measurements.md; pytest runs none."""
