"""Every lesson against the program that its tutorial teaches, written in plain torch: `python -m scripts.tutorials`."""
