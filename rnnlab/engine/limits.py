"""What travelling between the web process and a worker costs."""

FREIGHT = 50e6  # bytes a second: a large state, sent there and back, gets a longer slice to be worth it
