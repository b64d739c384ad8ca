"""The ids that words get by their place in a set: others in every Python that is started."""

import json
import os
import subprocess
import sys

SECONDS = 10.0  # that one Python may take
PROGRAM = """\
import json, sys
words = json.load(sys.stdin)
ids = {word: id for id, word in enumerate(set(words))}
json.dump([ids[word] for word in words], sys.stdout)
"""


def set_ids(words: tuple[str, ...], seeds: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """What `enumerate(set(words))` gives each of these different words, in a new Python for each of the seeds that its
    hashes of strings begin from: without one, Python draws it itself, and nobody could see the same again."""
    return tuple(ids_in_new_python(words, seed) for seed in seeds)


def ids_in_new_python(words: tuple[str, ...], seed: int) -> tuple[int, ...]:
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", PROGRAM],  # with nothing but Python itself: it starts the sooner
        input=json.dumps(words),
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    return tuple(json.loads(done.stdout))
