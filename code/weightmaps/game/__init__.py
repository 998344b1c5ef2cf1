"""Guess from its weight map what a neuron answers to: a notebook widget, a page, a single file."""

from weightmaps.game.widget import MapGame

__all__ = ["MapGame"]
