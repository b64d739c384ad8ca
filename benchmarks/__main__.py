"""`python -m benchmarks`: everything, as one Markdown table. Takes most of an hour; leave the machine alone."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks import click, handover, inside, memory, sweep, tasks, users
from benchmarks.server import Row

LIBRARIES = ("torch", "streamlit", "plotly")


def overhead() -> list[Row]:
    import torch

    from benchmarks.overhead import CASES, compare

    torch.set_num_threads(1)
    return [
        Row(f"run against plain loop, {name}", compare(experiment, plain, repeats)[2], goal, "")
        for name, experiment, plain, goal, repeats in CASES
    ]


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    load = f"load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    rows = [
        row
        for part in (
            overhead,
            handover.measure,
            click.measure,
            inside.measure,
            tasks.measure,
            sweep.measure,
            users.measure,
            memory.measure,
        )
        for row in part()
    ]
    print(f"{os.cpu_count()} cores, {processor()}; {platform.system()}, {load}")
    print(f"Python {platform.python_version()}, {libraries}\n")
    print("| measured | value | goal | |")
    print("|---|---:|---:|---|")
    for row in rows:
        value = f"{row.value:.4g}" if not row.unit else f"{row.value:,.0f} {row.unit}"
        goal = "" if row.goal is None else f"≤ {row.goal:g} {row.unit}".rstrip()
        print(f"| {row.name} | {value} | {goal} | {row.verdict} |")


if __name__ == "__main__":
    main()
