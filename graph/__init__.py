"""What we hold: claims and the graph accepted from them, in a store of generations."""
