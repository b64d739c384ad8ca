"""Looking inside a trained network: (experiment, weights, choice) -> record. With torch, so only workers come here."""
