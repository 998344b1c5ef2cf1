"""The claims of the chapter *Training record*."""
