"""What single units do over a text, and which properties of its tokens they follow: no torch here. Values are made by
`activations`. A unit follows a property as far as Pearson's r says.
"""

import numpy as np

from rnnlab.analysis.token_properties import choices, chosen, offered
from rnnlab.records.units import Passage

TOKENS = 4_000  # of a text, read at once
VALUES = 600_000  # tokens x units: 2.4 MB, so that an answer is computed and sent in a moment
SHUFFLES = 100  # of a property's values, to see what |r| chance alone reaches
OFTEN = 5  # times that both sides of a yes-or-no property must occur before the page chooses it by itself


def standardized(table: np.ndarray) -> np.ndarray:
    """The columns of table [row, column], each moved to mean 0 and scaled to length 1: the product of two such is their
    r. nan for a column that is constant or holds what is no finite number."""
    with np.errstate(all="ignore"):
        moved = table - table.mean(0, dtype=float)
        found = moved / np.sqrt((moved**2).sum(0))
    found[:, (table == table[:1]).all(0) | ~np.isfinite(found).all(0)] = np.nan
    return found


def correlations(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Pearson's r of each unit, of values [token, unit], with a property [token]: [unit] float64. nan for a unit, or a
    property, that is constant, and where a value is not finite."""
    return np.clip(standardized(wanted[:, None])[:, 0] @ standardized(values), -1, 1)


def scale_limit(values: np.ndarray) -> float:
    """How far from 0 a colour scale for states without bounds should reach: only one value in a hundred lies beyond.
    0.0 where all are 0."""
    size = np.abs(values[np.isfinite(values)])
    if not size.size:
        return 0.0
    return float(np.quantile(size, 0.99)) or float(size.max())


def ranked(r: np.ndarray) -> np.ndarray:
    """Units by |r|, the largest first; those without r last."""
    return np.argsort(-np.nan_to_num(np.abs(r), nan=-1.0), kind="stable")


def chance(values: np.ndarray, wanted: np.ndarray) -> float:
    """The |r| that the best of these units exceeds in 5 of 100 tries with the property's values dealt out to the tokens
    at random: what is below says little. nan where no unit varies."""
    units, other = standardized(values), standardized(wanted[:, None])[:, 0]
    units = units[:, ~np.isnan(units[0])]
    if not units.size or np.isnan(other[0]):
        return float("nan")
    dealt = np.random.default_rng(0).permuted(np.tile(other, (SHUFFLES, 1)), axis=1)  # [shuffle, token]
    return float(np.quantile(np.abs(dealt @ units).max(1), 0.95))


def strongest(p: Passage, values: np.ndarray) -> tuple[str, str, int] | None:
    """The property, its choice and the unit with the largest |r|: what a page shows before anything was asked. Of
    properties that say yes or no those that do so often enough, where there are such. Which token it is, how long and
    how frequent are not among them: that a unit goes along with what it reads is no news. Nor is how the line begins:
    of a few lines each is another by anything. None where no unit follows anything."""
    found = [one for name, one in offered(p).items() if name not in ("length", "frequency")]
    found += [chosen(p, p.kind, one) for one in choices(p).get(p.kind, ())]
    found = [one for one in found if is_frequent(one.values)] or found
    if not found:
        return None
    r = standardized(np.stack([one.values for one in found], axis=1)).T @ standardized(values)  # [property, unit]
    size = np.nan_to_num(np.abs(r), posinf=0.0)
    best, unit = np.unravel_index(size.round(9).argmax(), size.shape)  # of two that are equal the first
    return (found[best].name, found[best].choice, int(unit)) if size.max() > 0 else None


def is_frequent(values: np.ndarray) -> bool:
    yes, no = np.count_nonzero(values == 1), np.count_nonzero(values == 0)
    return bool(yes + no < len(values) or min(yes, no) >= OFTEN)
