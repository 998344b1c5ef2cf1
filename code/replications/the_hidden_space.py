"""The claims of the chapter *The hidden space*."""
