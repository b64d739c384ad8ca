"""The row of tokens with what the network expects after each."""

from typing import Any

from pages.components.component import component

_strip = component(__file__, "token_strip")


def token_strip(
    *,
    key: str,
    group: str,
    run: str,
    live: bool,
    epochs: list[int],
    tokens: list[str],
    inputs: int,
    vocabulary: list[str],
    specials: int,
    targets: list[int],
    top: dict[str, Any],
    probability: dict[str, Any],
    joiner: str,
    written: bool,
    labels: dict[str, str],
) -> None:
    """The row of tokens with what the network expects after each: `top` ids and `probability`, [frame, step, rank].

    The first `inputs` tokens are read by the network; the others are targets only. A target below 0 asks for nothing;
    a `top` below 0 says that nothing is predicted there. `written`: what is predicted, and the targets, are texts too.
    Vocabulary ids below `specials` are drawn apart. labels: steps, predicted, target, target_only.
    """
    _strip(
        key=key,
        data={
            "key": key,
            "group": group,
            "run": run,
            "live": live,
            "epochs": epochs,
            "tokens": tokens,
            "inputs": inputs,
            "vocabulary": vocabulary,
            "specials": specials,
            "targets": targets,
            "top": top,
            "probability": probability,
            "joiner": joiner,
            "written": written,
            "labels": labels,
        },
    )
