"""Decorators that put a fault between a use-case and a port; the port itself stays the real one."""

from collections.abc import Callable
from typing import Any


class Faulty:
    """Any port, with something happening before or after chosen calls.

    `before` and `after` are called with the method's name and the number of this call of it, counted from 1; what they
    raise comes out of the call. What `after` raises comes when the work has been done: the answer is lost.
    """

    def __init__(
        self,
        port: Any,
        before: Callable[[str, int], None] = lambda _name, _count: None,
        after: Callable[[str, int], None] = lambda _name, _count: None,
    ) -> None:
        self._port = port
        self._before = before
        self._after = after
        self._counts: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            count = self._counts[name] = self._counts.get(name, 0) + 1
            self._before(name, count)
            result = attribute(*args, **kwargs)
            self._after(name, count)
            return result

        return call


def raising(method: str, error: Exception, count: int = 1) -> Callable[[str, int], None]:
    """Raises the error at the `count`-th call of the method."""

    def fault(name: str, number: int) -> None:
        if name == method and number == count:
            raise error

    return fault
