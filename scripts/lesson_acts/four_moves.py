from scripts.lesson_acts import one_epoch_more, train, until

ACTS = {
    "first-loss": one_epoch_more,
    "all-right": until(lambda look: look.all_right(look.newest)),
    "still": train(lr=1e-6),
    "learnt": train(lr=0.01),
}
