"""What the words mean: the ontology's Turtle modules, its shapes and its names."""

from importlib.resources import files
from importlib.resources.abc import Traversable

MODULES = (
    "actors",
    "ties",
    "products",
    "places",
    "provenance",
    "codes",
    "states",
    "gazetteer",
    "alignments",
)
"""The modules that make up the vocabulary; shapes and style judge data, they define nothing."""


def resource(name: str) -> Traversable:
    """Return the packaged Turtle file of the module, or of `shapes` or `style`."""
    return files("hauberk.ontology").joinpath(f"{name}.ttl")
