"""What those do who mean no good, and what becomes of it.

    python -m benchmarks.hostile [links|files|texts|visits] [how many]

All of it takes two hours, most of them for texts.
"""

import sys

from benchmarks.hostile import files, links, texts, visits
from benchmarks.server import show

PARTS = {"links": links.measure, "files": files.measure, "texts": texts.measure, "visits": visits.measure}


def main() -> None:
    for name in sys.argv[1:2] or PARTS:
        show(PARTS[name](*map(int, sys.argv[2:3])))


if __name__ == "__main__":
    main()
