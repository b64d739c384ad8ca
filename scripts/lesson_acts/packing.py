from scripts.lesson_acts import look_at, train

ACTS = {"states": train(), "verdict": look_at(None, 5), "without": train()}
