"""What the Shapes page shows of a module that was built and run: its tensors, what the output holds, its steps."""

from math import isfinite
from typing import Any

import numpy as np
import streamlit as st

from pages.shell.panel import listing
from pages.views.shapes import tensor_blocks
from rnnlab.experiment.layer_spec import LayerSpec, ends, parameter_count
from rnnlab.explain.layer_program import formula, part_of_output
from rnnlab.explain.programs import model_program
from rnnlab.i18n import Translate, significant
from rnnlab.presets.tutorial_sizes import TUTORIAL_SIZES
from rnnlab.records.layers import LayerLook, PresetModel, TensorLook
from rnnlab.records.opening import TensorShape

FEW = 64  # numbers of a weight that is shown again at every step


def render_tensors(look: LayerLook, t: Translate) -> None:
    """All tensors to one scale, and how their parameters add up."""
    s = look.setting
    before = [tensor for tensor in look.tensors if tensor.name.endswith(("input", "_0"))]
    after = [tensor for tensor in look.tensors if tensor not in before]
    note = t("layer.zeros") if not s.given else t("layer.given")
    inputs = [tensor_blocks.block(tensor, t, note if tensor.role == "state" else "") for tensor in before]
    groups = [
        tensor_blocks.group(inputs, t("layer.before"), t("layer.one_step") if s.is_cell else ""),
        tensor_blocks.group([tensor_blocks.block(tensor, t) for tensor in after], t("layer.after")),
    ]
    for index, weights in enumerate(look.weights):
        total = sum(weight.count for weight in weights)
        items = [tensor_blocks.block(weight, t, t("layer.numbers", count=f"{weight.count:,}")) for weight in weights]
        groups.append(tensor_blocks.group(items, weights_of(s, index, t), t("layer.parameters", count=f"{total:,}")))
    tensor_blocks.render("shapes-blocks", groups, t)
    st.latex(formula(s))
    agrees = look.parameters == parameter_count(s) == sum(w.count for weights in look.weights for w in weights)
    tell = st.caption if agrees else st.error
    tell(
        t(
            "layer.total" if agrees else "layer.total_wrong",
            count=f"{look.parameters:,}",
            formula=f"{parameter_count(s):,}",
        )
    )


def weights_of(s: LayerSpec, index: int, t: Translate) -> str:
    """The title of a layer's and direction's weights."""
    if s.is_cell:
        return t("layer.cell")
    layer, direction = divmod(index, s.directions)
    if s.directions == 1:
        return t("layer.layer", layer=layer + 1, index=layer)
    return t("layer.backward" if direction else "layer.forward", layer=layer + 1, index=layer)


def render_readout(look: LayerLook, t: Translate) -> None:
    """The output step by step, h_n row by row, and what is the same in both."""
    s, found = look.setting, look.readout
    assert found is not None
    due = ends(s)
    for place in due:
        left, right = f"`h_n[{place[0]}]`", f"`{part_of_output(s, *place[1:])}`"
        count = s.sequences * s.hidden_size
        equal = bool(found.equal[place])
        (st.markdown if equal else st.error)(
            t("readout.equal" if equal else "readout.unequal", left=left, right=right, count=f"{count:,}")
        )
    groups = [
        tensor_blocks.group(
            [
                tensor_blocks.sheet(step.tensors[0], t, s.directions, output_marks(look, step.step))
                for step in look.steps
            ],
            t("readout.output"),
            t("readout.left_out") if len(look.steps) < s.steps else "",
        ),
        tensor_blocks.group(
            [tensor_blocks.sheet(row, t, marks=state_marks(look, k)) for k, row in enumerate(rows(look))],
            t("readout.h_n"),
        ),
    ]
    tensor_blocks.render("shapes-sheets", groups, t)
    for sentence in remarks(look, t):
        st.markdown(f"- {sentence}")


def rows(look: LayerLook) -> list[TensorLook]:
    """h_n[0], h_n[1], …"""
    h_n = next(tensor for tensor in look.tensors if tensor.name == "h_n")
    count, shape = h_n.count // h_n.shape[0], h_n.shape[1:]
    values = [None] * h_n.shape[0] if h_n.values is None else h_n.values
    return [TensorLook(f"h_n[{k}]", "state", shape, h_n.axes[1:], count, row) for k, row in enumerate(values)]


def output_marks(look: LayerLook, step: int) -> list[dict[str, Any]]:
    s, found = look.setting, look.readout
    assert found is not None
    marks = []
    for direction in range(s.directions):
        same = np.flatnonzero(found.equal[:, step, direction]).tolist()
        expected = [k for k in same if (k, step, direction) in ends(s)]
        if same:
            label = "= " + ", ".join(f"h_n[{k}]" for k in (expected or same))
            tone = direction if expected else 2
            marks.append({"part": direction, "tone": tone, "label": label})
    return marks


def state_marks(look: LayerLook, k: int) -> list[dict[str, Any]]:
    s, found = look.setting, look.readout
    assert found is not None
    expected = [place for place in ends(s) if place[0] == k and found.equal[place]]
    return [
        {"part": 0, "tone": direction, "label": f"= {part_of_output(s, step, direction)}"}
        for _, step, direction in expected
    ]


def remarks(look: LayerLook, t: Translate) -> list[str]:
    """What else the numbers say."""
    s, found = look.setting, look.readout
    assert found is not None
    sentences = []
    chance = int(found.equal.sum()) - sum(bool(found.equal[place]) for place in ends(s))
    below = (s.layers - 1) * s.directions
    if below and not found.equal[:below].any():
        sentences.append(t("readout.below", rows=", ".join(f"`h_n[{k}]`" for k in range(below))))
    if s.layers == 1:
        sentences.append(t("readout.one_layer"))
    elif found.top_alone is not None and isfinite(found.top_alone):
        values = {"layer": s.layers, "below": s.layers - 1, "difference": significant(found.top_alone, 1)}
        sentences.append(t("readout.next_layer", **values))
    if s.directions == 2 and s.steps > 1:
        last = f"`{part_of_output(s, s.steps - 1, 1)}`"
        if s.layers == 1 and not found.sees_others[1]:
            sentences.append(t("readout.blind", part=last))
        elif found.sees_others[1]:  # else dropout or dead units stand between: nothing can be said
            sentences += [t("readout.sees", part=last), t("readout.through_below")]
    if s.leads_with_batch:
        sentences.append(t("readout.turned"))
    if chance:
        sentences.append(t("readout.chance", count=chance))
    return sentences


def render_steps(look: LayerLook, t: Translate) -> None:
    """A cell, step by step: what goes in, the weights it meets where they are small, what comes out."""
    s = look.setting
    small = all(weight.count <= FEW for weight in look.weights[0])
    groups = []
    for step in look.steps:
        after = {f"h_{step.step + 1}", f"c_{step.step + 1}"}
        shown = [tensor for tensor in step.tensors if small or tensor.role not in ("weight", "bias")]
        items = [{**tensor_blocks.sheet(tensor, t), "comes": tensor.name in after} for tensor in shown]
        groups.append(tensor_blocks.group(items, t("steps.title", step=step.step + 1, index=step.step)))
    tensor_blocks.render("shapes-walk", groups, t)
    if not small:
        st.caption(t("steps.weights"))
    if len(look.steps) < s.steps:
        st.caption(t("readout.left_out"))


def render_model(found: PresetModel, t: Translate) -> None:
    """The stages of a preset's model as a chain; a decoder's in one of their own."""
    e, decoder = found.experiment, [stage for stage in found.stages if "target" in stage.axes]
    first = [stage for stage in found.stages if stage not in decoder]

    def chain(stages: list[TensorShape], title: str) -> dict[str, Any]:
        return tensor_blocks.group([tensor_blocks.stage(one, e, t) for one in stages], title, chain=True)

    groups = [chain(first, t("model.encoder") if decoder else "")]
    if decoder:
        groups.append(chain(decoder, t("model.decoder")))
    tensor_blocks.render("shapes-chain", groups, t)
    st.caption(t("model.parameters", count=f"{found.parameters:,}"))
    with st.expander(t("model.source")):
        listing(model_program(e, TUTORIAL_SIZES[e.preset]))
