"""What `inspection.training` finds out of one step of training, as values that a page can hold: no torch here."""
