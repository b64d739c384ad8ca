"""An experiment with what it has learnt: its program, weights of it, and the program that has these in place of the
training loop, also as a notebook."""

import io
import zipfile
from collections.abc import Sequence
from textwrap import wrap

from rnnlab.experiment import Experiment
from rnnlab.explain.comments import in_language
from rnnlab.explain.loading import loading
from rnnlab.export.answers import answers, evaluated, numbers
from rnnlab.export.notebook import trained_notebook
from rnnlab.export.script import COLUMNS, program_parts, script
from rnnlab.export.weights import weights_file
from rnnlab.i18n import translator
from rnnlab.records.history import Checkpoint, Snapshot
from rnnlab.records.opening import Opening

BEGINNING = """\
import sys
from pathlib import Path

sys.stdout.reconfigure(errors="backslashreplace")    # a character that the console lacks is escaped
"""


def trained_file(opening: Opening, snapshots: Sequence[Snapshot], checkpoint: Checkpoint, lang: str) -> bytes:
    """A zip of four files, which belong beside each other."""
    e, buffer = opening.experiment, io.BytesIO()
    name = e.preset.replace("-", "_")
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{name}.py", script(e, lang))
        file.writestr(f"{name}_trained.py", trained_script(e, f"{name}.safetensors", checkpoint.epoch, lang))
        file.writestr(f"{name}_trained.ipynb", trained_notebook(e, f"{name}.safetensors", checkpoint.epoch, lang))
        file.writestr(f"{name}.safetensors", weights_file(opening, snapshots, checkpoint))
    return buffer.getvalue()


def trained_script(e: Experiment, weights: str, epoch: int, lang: str) -> str:
    """The experiment's program, which loads the file `weights` beside it instead of training, and says what the network
    answers to the first line. Raises LabError where `script` does."""
    t, parts = translator(lang), program_parts(e, lang)
    about = [t("export.about", preset=t(f"preset.{e.preset}")), t("export.trained", file=weights, epoch=epoch)]
    head = "\n".join(f"# {line}" for sentence in about for line in wrap(sentence, COLUMNS))
    load = BEGINNING + loading(e, f'Path(__file__).with_name("{weights}")')
    says = f"{evaluated(e)}\n\n{numbers(t) if e.reads_numbers else answers(e)}"
    ending = in_language(f"{load}\n\n\n{says}", lang)
    return "\n\n\n".join([head, parts.imports, parts.data, parts.network, parts.forward, ending]) + "\n"
