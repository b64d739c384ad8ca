"""A Plotly figure that changes in place, keeps its zoom and takes its colours from the theme."""

from typing import Any

from pages.components.component import component

_chart = component(__file__, "chart")


def live_chart(
    figure: str,
    *,
    key: str,
    group: str,
    run: str,
    live: bool,
    epochs: list[int],
    frames: dict[str, Any] | None = None,
    cursor: str = "none",
    steps: bool = False,
    height: int,
    label: str,
    labels: dict[str, str] | None = None,
) -> None:
    """An encoded figure that keeps its zoom across updates and takes its colours from the theme.

    `meta={"palette": "diverging" | "sequential" | "line"}` on a trace lets the theme colour it. `frames` holds trace
    0's z for each of `epochs`: {"values": pack(int16 [frame, row, column]), "scale": s}, value = int16 / 32767 * s.
    `cursor="line"` marks the epoch on trace 0 and lets it be moved; `steps=True` outlines the column of the step that
    is pointed at (x = step). `label` is the accessible name, `labels` the tooltips {"download", "reset"}.
    """
    _chart(
        key=key,
        data={
            "key": key,
            "group": group,
            "run": run,
            "live": live,
            "epochs": epochs,
            "frames": frames,
            "cursor": cursor,
            "steps": steps,
            "height": height,
            "label": label,
            "labels": labels or {},
            "figure": figure,
        },
    )
