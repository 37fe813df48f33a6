"""One module a step (or a family of them); `table` says which step is done by which."""
