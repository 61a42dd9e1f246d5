"""Running and proving: the two implementations, runs in folders and on clusters, their memory and their cost."""
