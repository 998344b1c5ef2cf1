"""Maps of images in which pointing at a dot shows its image: a notebook widget, a page, a single file."""

from weightmaps.scatter.widget import ImageScatter

__all__ = ["ImageScatter"]
