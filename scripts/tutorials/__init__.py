"""Every preset against the program that its tutorial teaches, written in plain torch: `python -m scripts.tutorials`."""
