"""Texts in keys, which have their limits."""

MAX_SORT_KEY = 1024  # bytes, "Service quotas" in DynamoDB's developer guide


def shortened(text: str, beside: str = "") -> str:
    """As much of the text as fits a sort key beside the other one, cut between two characters."""
    encoded = text.encode("utf-8", "replace")
    room = MAX_SORT_KEY - len(beside.encode())
    return text if len(encoded) <= room else encoded[:room].decode("utf-8", "ignore")
