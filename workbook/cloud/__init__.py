"""Which cloud, and is it there: the target, the local cloud, the stacks on it, and whether a person has agreed."""
