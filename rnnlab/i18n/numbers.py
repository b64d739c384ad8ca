"""Numbers, shares and speeds as text. Rounding makes neither all nor nothing of a share, and lets no slow run
stand still."""

import math

from rnnlab.i18n.catalogue import Translate

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

PLAIN = 4  # the power of ten from which on a number is written with it: 5,970, but 1.23·10⁴


def significant(value: float, digits: int = 3) -> str:
    """A number with up to so many significant digits, as people write it: 0.012, 5,970, −3.07·10⁻⁶. "–" where it isn't
    one."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    if 0 < int(exponent or 0) < PLAIN:
        return f"{float(f'{value:.{digits}g}'):,.0f}".replace("-", "−")
    power = f"·10{str(int(exponent)).translate(SUPERSCRIPT)}" if exponent else ""
    return mantissa.replace("-", "−") + power


def percent(share: float, digits: int = 0) -> str:
    """A share with up to so many digits behind the point; 0% and 100% are said of exactly none and exactly all. "–"
    where it isn't a number."""
    if not math.isfinite(share):
        return "–"
    rounded, least = round(100 * share, digits), 10.0**-digits
    if rounded == 0 < share:
        return f"<{least:g}%"
    return f">{100 - least:g}%" if share < 1 and rounded == 100 else f"{rounded:g}%"


def pace(epochs: float, seconds: float, t: Translate) -> str:
    """How fast a run is: epochs a second, or seconds an epoch where these are more."""
    rate = epochs / max(seconds, 1e-9)
    if rate >= 1:
        return t("status.rate", rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}")
    return t("status.seconds_an_epoch", seconds=f"{1 / rate:,.0f}" if rate < 0.1 else f"{1 / rate:.2g}")


def time_left(seconds: float, t: Translate) -> str:
    """How long something takes yet, in steps that do not pretend to be exact."""
    if seconds <= 55:
        return t("status.left_seconds", seconds=max(5, 5 * math.ceil(seconds / 5)))
    return t("status.left_minutes", minutes=math.ceil(seconds / 60))
