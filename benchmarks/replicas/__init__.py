"""Several web processes behind nginx, and a Dask cluster. See `python -m benchmarks.replicas`."""
