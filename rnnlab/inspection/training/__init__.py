"""One step of training taken apart, and what goes wrong where a move of it is left out: by torch's own modules,
optimizers and messages."""
