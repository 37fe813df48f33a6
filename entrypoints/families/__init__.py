"""The families of adapters. They have the same provider names, the names of the use-cases' fields."""
