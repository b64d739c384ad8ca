"""Many runs side by side: a race is a value like a run."""
