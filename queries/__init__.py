"""How we ask: one SPARQL question a file, its parameters, its answers."""
