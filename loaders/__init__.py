"""How facts come in: fact files read, checked, and brought into step with the store."""
