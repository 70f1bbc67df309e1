"""contextlib, abc, weakref, threading: as in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import abc
import threading
import weakref
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress

log = []

@contextmanager
def tracked(n):
    log.append("in")
    try:
        yield n
    except KeyError:
        log.append("caught")
    finally:
        log.append("out")

with tracked(3) as given:
    log.append(given)
with tracked(4):
    raise KeyError("a")
try:
    with tracked(5):
        raise ValueError("q")
except ValueError:
    log.append("passed")

@tracked(1)
def inside(z):
    return z + 1

log.append(inside(1))
with suppress(KeyError, ValueError):
    {}["a"]
with nullcontext(7) as seven:
    pass
with ExitStack() as stack:
    log.append(stack.enter_context(tracked(9)))
    stack.callback(log.append, "callback")
with threading.Lock():
    pass

class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...

class Derived(Base):
    def f(self):
        return 1

class Held(metaclass=abc.ABCMeta):
    @property
    @abc.abstractmethod
    def q(self):
        return 1

thing = Derived()
"""

EXPRESSIONS = (
    "log",
    "(given, seven)",
    "(thing.f(), isinstance(thing, Base), issubclass(Derived, Base))",
    "weakref.ref(thing)() is thing",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
