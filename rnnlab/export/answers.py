"""What a trained program says of its first line, in the lines that the lab shows behind its panels."""

from textwrap import indent

from rnnlab.experiment import Experiment
from rnnlab.explain import programs
from rnnlab.explain.programs.loop import loop_function, uses_cells
from rnnlab.explain.programs.panels import PREDICTION
from rnnlab.explain.programs.setup import needs_function
from rnnlab.i18n import Translate

FIRST_LINE = "ids, lengths, targets = collate([dataset[0]])    # the first line, read alone"
FIRST_WINDOW = "numbers, targets = [one.unsqueeze(0) for one in dataset[0]]    # the first window, read alone"
BEGINNING = "bos = torch.ones(1, 1, dtype=torch.int64)    # the id of <bos>"
STEPS = """\
names, classes = list(vocab), list({classes})
steps = [f"{{step}} {{names[id]}}" for step, id in enumerate(ids[0].tolist(), start=1)]"""
WRITTEN = '[f"{step} {classes[id]}" for step, id in enumerate(targets[0].tolist(), start=1)]'
ANSWERS = """\
for {step}, id, chance, true in zip({steps}, token[0].tolist(), probability[0].tolist(), targets[0].tolist()):
    print(f"{{{step}}}  →  {{classes[id]}}  {{chance:.0%}}  {{'✓' if id == true else '✗ ' + classes[true]}}")"""
ANSWER = """\
right = token.item() == targets.item()
print(f"{classes[token.item()]}  {probability.item():.0%}  {'✓' if right else '✗ ' + classes[targets.item()]}")"""
TRUE_NUMBERS = "true = targets[0] * deviation + mean"
NUMBERS = """\
for step, (said, number) in enumerate(zip(in_units[0].tolist(), true.tolist()), start=1):
    print(f"{{step}}  →  {{said:.4g}}  ({true} {{number:.4g}})")"""


def evaluated(e: Experiment) -> str:
    """From the first line to what the trained network makes of it, without dropout: a layer of torch.nn is told so, and
    a function that has it between layers is written anew."""
    plain = programs.without_chance(e)
    if plain.task == "seq2seq":
        shown = "hidden" if plain.attention == "none" else "alignment"
        lines = "\n".join([BEGINNING, programs.code(shown, plain), PREDICTION])
    else:
        lines = f"{programs.code('hidden', plain)}\n{programs.code('predictions', plain)}"
    first = FIRST_WINDOW if e.reads_numbers else FIRST_LINE
    read = f"with torch.no_grad():\n{indent(lines, '    ')}"
    if not e.dropout or e.layers == 1 or (uses_cells(e) and not needs_function(e)):
        return f"{first}\n{read}"
    if uses_cells(e):
        return f"{loop_function(plain)}\n\n{first}\n{read}"
    layers = ["encoder", "decoder"] if e.task == "seq2seq" else [e.cell]
    before = [f"{name}.eval()    # without dropout between its layers" for name in layers]
    return "\n".join([first, *before, read, *(f"{name}.train()" for name in layers)])


def answers(e: Experiment) -> str:
    """The likeliest class at each step, or of the line, and whether it is right; not for numbers."""
    steps = STEPS.format(classes="vocab" if e.task == "next" else "class_ids")
    if e.task == "classify":
        return f"{steps}\n{ANSWER}"
    if e.task == "seq2seq":
        return f"{steps}\nwritten = {WRITTEN}\n{ANSWERS.format(step='place', steps='range(1, len(written) + 1)')}"
    return f"{steps}\n{ANSWERS.format(step='step', steps='steps')}"


def numbers(t: Translate) -> str:
    """The same for numbers: what was predicted at each step, and what was true."""
    return f"{TRUE_NUMBERS}\n{NUMBERS.format(true=t('notebook.true'))}"
