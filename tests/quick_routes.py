"""werkzeug's rules, which compile two functions each that build an address, and do so anew in every application.

A function knows nothing of its rule but the text: it is told the rule when it is called. So all applications of a run
share those of one text; to make them is most of what an application costs.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing.rules import Rule

_compile = Rule._compile_builder  # before `hasten`
_made: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def hasten() -> None:
    Rule._compile_builder = _shared  # type: ignore[method-assign]  # in the place of its own


def _shared(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if self.defaults:  # part of the function
        return _compile(self, append_unknown)
    text = (self.rule, *self._trace, append_unknown)
    if text not in _made:
        _made[text] = _compile(self, append_unknown)
    return _made[text]
