"""Imported once by the process that workers are forked from: each starts warm, and shares these pages of memory.

The first optimizer step of a process costs over a second more, for what torch imports then.
"""

import gc
from contextlib import suppress

import torch

from rnnlab.engine.remote.payload import versions
from rnnlab.i18n import LabError
from rnnlab.text import segmenter
from rnnlab.training import fold  # noqa: F401  the jobs' own module

torch.set_num_threads(1)  # a fork in a process with a thread pool would leave its child without the threads
segmenter()
with suppress(LabError):  # a device that is not there: whoever asks for one is told, and a worker must live to tell
    versions()  # of what is loaded now; its runs import what torch imports at the first step of an optimizer
gc.collect()
gc.freeze()  # what is loaded now stays: no collection walks it again, and its pages stay shared with the workers
