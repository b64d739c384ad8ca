from scripts.lesson_acts import train

ACTS = {"forced": train(), "free": train(), "looks": train(), "without": train(), "beam": train(beam=3)}
