"""The claims of the chapter *Two inputs*."""
