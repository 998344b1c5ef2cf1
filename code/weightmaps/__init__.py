"""See what the hidden layer of a small neural network does to its input."""
