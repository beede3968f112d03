"""The explorer: the graph for people who read pages, not SPARQL."""
