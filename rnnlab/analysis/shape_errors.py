"""Shapes that don't fit: reading one that was typed, and saying what is wrong with it for a given module.

The advice is worked out from the setting, without torch; a test holds it against what torch accepts and refuses.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from math import prod
from typing import Any

from rnnlab.experiment.layer_spec import WEIGHTS, WORK, LayerSpec, parameter_count
from rnnlab.i18n import LabError, Problem, numeral, shorten

Shape = tuple[int, ...]
NUMBERS = 4  # sizes in a shape
SIZE = 1_000  # of one axis
ELEMENTS = 200_000  # of a tensor


@dataclass(frozen=True)
class Advice:
    """One thing to say of a shape: `code` names the sentence (`advice.<code>`), `values` what it mentions."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)
    fits: bool = False  # torch accepts it all the same


@dataclass(frozen=True)
class Trial:
    """What the real module did with tensors of these shapes. Neither error nor outputs: was not run, see `crashes`."""

    input: Shape
    state: Shape | None
    error: str  # torch's own words, its exception's name in front; "" where it accepted
    outputs: tuple[tuple[str, Shape], ...]
    advice: tuple[Advice, ...]


def read_shape(text: str, field: str) -> Shape | None:
    """A shape as people write it: `5, 3, 7`, `(5,3,7)`, `[5 3 7]`, `5×3×7`. None where nothing is written. A zero is a
    size: torch has an answer to it. Raises LabError where it is no shape, or one too large to try."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    inside = re.sub(r"^[(\[]\s*(.*?)\s*,?\s*[)\]]$", r"\1", plain)
    parts = re.split(r"\s*[,x×*\u3001]\s*|\s+", inside.rstrip(", "))
    value = shorten(text.strip())
    if any(re.fullmatch(r"[-−–]\d+", part) for part in parts):
        raise LabError(Problem("shape_negative", field, {"value": value}))
    if not all(re.fullmatch(r"[0-9]+", part) for part in parts):
        raise LabError(Problem("shape_letters", field, {"value": value}))
    if len(parts) > NUMBERS:
        raise LabError(Problem("shape_many", field, {"value": value, "count": len(parts), "limit": NUMBERS}))
    if any(len(part) > 9 or int(part) > SIZE for part in parts):
        raise LabError(Problem("shape_large", field, {"value": value, "limit": numeral(SIZE)}))
    shape = tuple(map(int, parts))
    if prod(shape) > ELEMENTS:
        raise LabError(Problem("shape_elements", field, {"value": value, "limit": numeral(ELEMENTS)}))
    return shape


def check_work(s: LayerSpec, shape: Shape) -> None:
    """Raises LabError where building the module, or running it on such an input, would keep everybody waiting."""
    if (count := parameter_count(s)) > WEIGHTS:
        raise LabError(Problem("layer_weights", "hidden_size", {"value": numeral(count), "limit": numeral(WEIGHTS)}))
    positions = prod(shape[:-1])
    if positions * parameter_count(s) > WORK:
        limit = int(WORK / parameter_count(s))
        raise LabError(Problem("shape_work", "try_input", {"value": numeral(positions), "limit": numeral(limit)}))


def diagnose(s: LayerSpec, x: Shape, state: Shape | None) -> tuple[Advice, ...]:
    """What is wrong with an input of shape `x` and a first state of shape `state` (None: not handed over), the most
    fundamental first. Advice that `fits` is about what torch accepts silently."""
    found = of_cell(s, x, state) if s.is_cell else of_layer(s, x, state)
    return tuple(found) or tuple(silent(s, x))


def of_layer(s: LayerSpec, x: Shape, state: Shape | None) -> list[Advice]:
    if len(x) not in (2, 3):
        return [Advice("dims_layer", {"count": len(x), "like": written(s.input_shape)})]
    if state is not None and len(state) != len(x):
        return [axes_of_state(s, x, state), *width(s, x)]
    found = width(s, x)
    batch_axis = 0 if s.batch_first else 1
    batch = x[batch_axis] if len(x) == 3 else None
    if state is not None:
        swapped_batch = x[1 - batch_axis] if len(x) == 3 else None
        found += of_state(s, state, batch, swapped_batch)
    steps = x[1 - batch_axis] if len(x) == 3 else x[0]
    if steps == 0:
        found.append(Advice("empty"))
    return found


def of_state(s: LayerSpec, state: Shape, batch: int | None, swapped_batch: int | None) -> list[Advice]:
    """A layer's first state, which has as many axes as it should: [layer x direction, batch, unit]."""
    lead = s.layers * s.directions
    expected = (lead, s.hidden_size) if batch is None else (lead, batch, s.hidden_size)
    if state == expected:
        return []
    example = {"like": written(expected)}
    if batch is not None and state == (batch, lead, s.hidden_size):
        return [Advice("state_turned", example)]
    found = []
    if state[0] != lead:
        sizes = {"got": state[0], "wanted": lead, "layers": s.layers, "directions": s.directions}
        found.append(Advice("state_layers", sizes | example))
    if batch is not None and state[1] != batch:
        sizes = {"got": state[1], "wanted": batch}
        if state[1] == swapped_batch:
            found.append(Advice("swapped_batch_first" if s.batch_first else "swapped_step_first", sizes))
        else:
            found.append(Advice("state_batch", sizes | example))
    if state[-1] != s.hidden_size:
        found.append(Advice("state_units", {"got": state[-1], "wanted": s.hidden_size} | example))
    return found


def of_cell(s: LayerSpec, x: Shape, state: Shape | None) -> list[Advice]:
    if len(x) not in (1, 2):
        return [Advice("dims_loop" if len(x) == 3 else "dims_cell", {"count": len(x), "like": written(s.input_shape)})]
    found = width(s, x)
    if state is None:
        return found
    wanted = (*x[:-1], s.hidden_size)
    told = {"like": written(wanted)}
    if crashes(s, x, state):
        return [Advice("unchecked", {"count": len(state)})]
    if len(state) != len(x):
        return [*found, axes_of_state(s, x, state)]
    if len(x) == 2 and state[0] != x[0]:
        found.append(Advice("state_batch", {"got": state[0], "wanted": x[0]} | told))
    if state[-1] != s.hidden_size:
        found.append(Advice("state_units", {"got": state[-1], "wanted": s.hidden_size} | told))
    return found


def axes_of_state(s: LayerSpec, x: Shape, state: Shape) -> Advice:
    """Input and state must have as many axes."""
    return Advice("state_dims", {"count": len(state), "wanted": len(x), "like": written(right_state(s, x))})


def width(s: LayerSpec, x: Shape) -> list[Advice]:
    """The last axis, which must be input_size."""
    if x[-1] == s.input_size:
        return []
    sizes = {"got": x[-1], "wanted": s.input_size}
    if s.input_size in x[:-1]:
        return [Advice("width_moved", sizes | {"axis": x.index(s.input_size)})]
    return [Advice("width", sizes)]


def silent(s: LayerSpec, x: Shape) -> list[Advice]:
    """What torch does not complain of, though it may not be what was meant."""
    if 0 in x:
        return [Advice("fits_nothing", fits=True)]
    if not s.is_cell and len(x) == 2 and s.batched:
        return [Advice("fits_unbatched", {"steps": x[0]}, fits=True)]
    first, second = s.input_shape[:2] if len(s.input_shape) == 3 else (0, 0)
    if len(x) == 3 and x[:2] == (second, first) and first != second:
        steps, batch = (x[1], x[0]) if s.batch_first else (x[0], x[1])
        return [Advice("fits_turned", {"steps": steps, "batch": batch, "like": written(s.input_shape)}, fits=True)]
    return []


def crashes(s: LayerSpec, x: Shape, state: Shape | None) -> bool:
    """Whether torch must not be given these. To a cell and one vector x [input], torch 2.13 takes a state with one axis
    too many where its first size happens to be H: RNNCell returns something else, LSTMCell and GRUCell read beyond the
    tensor and end the whole process."""
    if not (s.is_cell and s.cell.in_torch) or state is None:
        return False
    return x == (s.input_size,) and len(state) == 2 and state[0] == s.hidden_size


def right_state(s: LayerSpec, x: Shape) -> Shape:
    """The state that would fit an input of this shape, as far as it has one."""
    if s.is_cell:
        return (*x[:-1], s.hidden_size) if len(x) <= 2 else s.state_shape
    lead = s.layers * s.directions
    return (lead, x[0 if s.batch_first else 1], s.hidden_size) if len(x) == 3 else (lead, s.hidden_size)


def written(shape: Shape) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"
