"""An explorer that takes a reader's own network: a file dropped on the page is read in the browser."""

from weightmaps.dropzone.widget import NetworkDrop

__all__ = ["NetworkDrop"]
