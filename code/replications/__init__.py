"""Each claim of the book as a function of a seed, and the machine that tries it on fresh ones."""
