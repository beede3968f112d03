"""Exports: the graph handed over whole, as linked data, tables and networks."""
