"""Results of earlier runs that still hold: a result is kept with all that was asked of the tree on the way to it."""
