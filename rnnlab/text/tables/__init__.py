"""What people paste and upload: bytes to rows, and rows to the text of an experiment. Nothing of it is ever run."""
