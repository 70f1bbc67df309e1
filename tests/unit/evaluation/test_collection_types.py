"""collections: containers that behave as Python's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque

lists = defaultdict(list)
lists["a"].append(1)

class Ordered(OrderedDict):
    def __init__(self, a, b):
        super().__init__()
        self["a"] = a
        self["b"] = b

class Counting(defaultdict):
    def __init__(self):
        super().__init__(int)

counting = Counting()
counting["q"] += 2

class Doubled(UserDict):
    def __getitem__(self, key):
        return self.data[key] * 2

doubled = Doubled(a=1)
doubled["b"] = 4
chained = ChainMap({"a": 1}, {"a": 2, "b": 3})
queue = deque([1, 2, 3], maxlen=3)
queue.append(4)
queue.appendleft(0)
counter = Counter("aab")
counter.update("b")
counter.subtract({"a": 1})
"""

EXPRESSIONS = (
    "dict(lists)",
    "list(Ordered(1, 2).items())",
    "dict(counting)",
    '(chained["a"], chained["b"], sorted(chained), len(chained), chained.get("z", 9), "b" in chained)',
    'chained.new_child({"a": 7})["a"]',
    '(doubled["a"], doubled["b"], len(doubled), "a" in doubled, sorted(doubled.keys()))',
    "list(queue)",
    "(queue[0], len(queue), 3 in queue)",
    "dict(counter)",
    '(counter["zz"], counter.most_common(1))',
    '(Counter(a=1) + Counter(a=2, b=1))["a"]',
    "(isinstance(counter, dict), isinstance(lists, dict), isinstance(Ordered(1, 2), OrderedDict))",
    "OrderedDict(a=1) == OrderedDict(a=1)",
    'list(OrderedDict([("b", 1), ("a", 2)]))',
    'list(defaultdict(lambda: 3, {"z": 1}).items())',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
