"""What a text becomes on its way to a network."""
