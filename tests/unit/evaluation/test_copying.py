"""copy: what is shared with a copy and what is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import copy
from collections import OrderedDict, defaultdict, deque
from enum import Enum

class Member(Enum):
    A = 1

class Node:
    def __init__(self, v):
        self.v = v
        self.me = self

class Own:
    def __deepcopy__(self, memo):
        result = Own()
        result.k = 1
        memo[id(self)] = result
        return result

    def __copy__(self):
        return 5

class Config(dict):
    pass

node = Node([1])
deep = copy.deepcopy(node)
flat = copy.copy(node)
twice = [[1], [2]]
twice.append(twice[0])
copied = copy.deepcopy(twice)
config = Config(a=[1])
config.z = 3
config_copy = copy.deepcopy(config)
config_copy["a"].append(2)
factory = copy.deepcopy(defaultdict(list, {"a": [1]}))
factory["q"].append(1)
f = lambda: 1
"""

EXPRESSIONS = (
    "(deep.v == node.v, deep.v is node.v, deep.me is deep, flat.v is node.v, flat is node)",
    "(copied[0] is copied[2], copied[0] is twice[0])",
    "(copy.deepcopy(f) is f, copy.deepcopy(Own()).k, copy.copy(Own()), copy.deepcopy(Member.A) is Member.A)",
    '(config["a"], config_copy["a"], config_copy.z, type(config_copy) is Config)',
    "dict(factory)",
    "(copy.copy([1]), copy.deepcopy(OrderedDict(a=[1])), list(copy.copy(deque([1]))), copy.deepcopy((1, [2])))",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
