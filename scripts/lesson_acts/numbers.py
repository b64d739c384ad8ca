from scripts.lesson_acts import train

ACTS = {"beaten": train(), "noise": train()}
