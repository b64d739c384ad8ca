"""Every limit of an experiment, in one table: form, link, command line and Python all meet the same ones."""

TEXT_CHARACTERS = 20_000
PROBE_TOKENS = 64  # a longer probe line is shown up to here
SEQUENCE_TOKENS = 512  # the longest sequence one backward pass goes through
STEP_TOKENS = 4_096  # batch x steps of one optimizer step: keeps a slice short for everybody else
# batch x source x target x hidden of additive attention in one optimizer step: 400 MB, a second and a half
ATTENTION_ELEMENTS = 25_000_000
POSITIONS = 300_000  # sequences x steps of the data: overlapping windows repeat a text many times
SERIES_NUMBERS = 1_000  # of a column: each frame reads all of them
SPARE_UNITS = 64  # that are switched off one by one: each takes a pass over the probe, step by step
TYPES = 5_000  # distinct tokens
ADDED_WORDS = 200  # to jieba's dictionary
WORD_CHARACTERS = 20  # of each of them
RATE_CHANGES = 20  # of the learning rate, in a run
RATE_CHARACTERS = 500  # in which they are written
CLASSES = 50  # labels or tags: as many as a table of right and wrong can show
SENTENCE_CHARACTERS = 1_000  # of a sentence to watch
PARAMETERS = 2_000_000  # of the model: with its optimizer it travels to a worker and back in every slice
RUN_SECONDS = 120.0  # of computing, a run
HISTORY_BYTES = 8_000_000  # of recorded frames, a session
WEIGHT_BYTES = 8_000_000  # of recorded weights, a session
FRAMES = 200  # recorded frames, a run

BOUNDS: dict[str, tuple[float, float]] = {
    "pairs": (10, 5_000),
    "probe": (1, TEXT_CHARACTERS),
    "held_out": (0.0, 0.5),
    "max_length": (1, SEQUENCE_TOKENS),
    "embed": (1, 256),
    "hidden": (1, 256),
    "layers": (1, 3),
    "dropout_embed": (0.0, 0.9),
    "dropout": (0.0, 0.9),
    "dropout_head": (0.0, 0.9),
    "teacher": (0.0, 1.0),
    "beam": (1, 5),
    "window": (0, 256),
    "stride": (1, 256),
    "lr": (1e-6, 10.0),
    "epochs": (1, 5_000),
    "batch": (1, 256),
    "clip": (0.0, 1_000.0),
    "seed": (0, 2**31 - 1),
}
