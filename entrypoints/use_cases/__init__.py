"""What each use-case is given: a container of those over recordings, and one on top of those over many of them."""
