"""The graph in a SPARQL service: the same commands as on a store in a folder, over HTTP."""
