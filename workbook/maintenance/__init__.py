"""What keeps the book true: copies of the tree, the notebooks executed, measurements, faults."""
