"""The claims of the chapter *What a neuron is worth*."""
