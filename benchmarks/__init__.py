"""What the lab costs, measured. `python -m benchmarks` runs all and prints the README's table; pytest runs none."""
