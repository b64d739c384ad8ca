"""A Dask cluster in the place of this machine's workers."""
