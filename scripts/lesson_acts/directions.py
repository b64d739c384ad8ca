from scripts.lesson_acts import train

ACTS = {step: train() for step in ("one-way", "two-ways", "last", "final")}
