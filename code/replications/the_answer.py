"""The claims of the chapter *The answer*."""
