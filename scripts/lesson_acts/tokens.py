from rnnlab.lessons.storyboards.networks.tokens import ADDED
from scripts.lesson_acts import fill_in, train

ACTS = {
    "choose": fill_in(tokenizer="jieba"),
    "teach": fill_in(words=ADDED),
    "row": train(),
}
