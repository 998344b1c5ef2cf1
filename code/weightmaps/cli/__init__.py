"""The commands of ``python -m weightmaps``, a module each."""
