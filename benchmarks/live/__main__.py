"""Runs that are watched, by one and by thirty. Prints a line of JSON for each goal; leave the machine alone.

python -m benchmarks.live [part ...]
"""

import json
import sys

from benchmarks.live import faults, hands, one_viewer, opening, pages_again, slow_preset, thirty_viewers, work

PARTS = {
    "opening": opening.measure,
    "pages_again": pages_again.measure,
    "hands": hands.measure,
    "one_viewer": one_viewer.measure,
    "thirty_viewers": thirty_viewers.measure,
    "slow_preset": slow_preset.measure,
    "work": work.measure,
    "faults": faults.measure,
}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        for one in PARTS[name]():
            print(json.dumps(one._asdict()), flush=True)


if __name__ == "__main__":
    main()
