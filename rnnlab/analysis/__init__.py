"""What is worked out from records with NumPy alone: no torch."""
