"""The claims of the chapter *Testing a picture*."""
