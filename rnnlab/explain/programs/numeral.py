"""How a number that the reader chose is written in a program."""


def numeral(value: float) -> str:
    """With every digit, for it is to be the same number, and none that says nothing: 0.3, 1, 1e-06."""
    return repr(float(value)).removesuffix(".0")
