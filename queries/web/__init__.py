"""The graph over HTTP: a SPARQL endpoint, the canned queries, linked data."""
