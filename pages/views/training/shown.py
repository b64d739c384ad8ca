"""Numbers and shapes as this page writes them."""

from rnnlab.i18n import significant

DIGITS = 4


def written(value: float) -> str:
    return significant(value, DIGITS)


def size(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"
