"""Open data: the field's sources, one module each, read into the same claims as fact files."""
