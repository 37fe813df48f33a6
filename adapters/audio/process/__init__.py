"""The engine that changes sound: stages over blocks, a chain of them, and the files that come out."""
