"""What those do who mean no good: links, texts, files, and visits. See `python -m benchmarks.hostile`."""
