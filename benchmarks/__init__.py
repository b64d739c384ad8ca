"""What the lab costs, measured. `python -m benchmarks` makes the table of docs/measurements.md; pytest runs none."""

from rnnlab.i18n import print_anywhere

print_anywhere()
