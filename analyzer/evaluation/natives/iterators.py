"""itertools: iterators over abstract values, one value at a time.

list(chain([1], [2, 3]))            -> [1, 2, 3]
list(pairwise([3, 64, 128]))        -> [(3, 64), (64, 128)]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.evaluation import calls, comparisons, iteration, operations
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ClassMethod, Native, Unknown, Value


def _walk(run: Run, iterables: Any) -> Iterator[Value]:
    for iterable in iterables:
        for item in iteration.iterate(run, iterable):
            run.step()
            yield item


def _chain(run: Run, cls: Class, *iterables: Value) -> Value:
    return _walk(run, iterables)


def _from_iterable(run: Run, cls: Class, iterable: Value) -> Value:
    return _walk(run, iteration.iterate(run, iterable))


CHAIN = Class(
    "chain",
    (OBJECT,),
    {"from_iterable": ClassMethod(Native("itertools.chain.from_iterable", _from_iterable))},
    module="itertools",
    native=_chain,
)


def _paid(run: Run, source: Iterator[Any]) -> Iterator[Value]:
    for item in source:
        run.pay(1 + (len(item) >> 4) if isinstance(item, tuple) else 1)
        yield item


def _index(run: Run, value: Value) -> Value:
    """An integer argument of an iterator; where it is not known nothing can be walked."""
    value = operations.payload(value)
    if isinstance(value, Unknown):
        raise iteration.Untraversable(value)
    if value is not None and not isinstance(value, int):
        raise iteration.Untraversable(run.unknown(f"an iteration bounded by {value!r}", plain=True))
    return value


@native("itertools.product")
def product(run: Run, *iterables: Value, repeat: Value = 1) -> Iterator[Value]:
    pools = [list(iteration.iterate(run, iterable)) for iterable in iterables]
    run.check_size((len(pools) + sum(map(len, pools))) * max(_index(run, repeat), 0))
    return _paid(run, itertools.product(*pools, repeat=repeat))


def _arranged(name: str, arrange: Callable[..., Iterator[Any]]) -> Native:
    def apply(run: Run, iterable: Value, r: Value = None) -> Iterator[Value]:
        items = list(iteration.iterate(run, iterable))
        size = _index(run, r)
        run.check_size(size or 0)
        if size is None and name != "permutations":
            raise raised(run, "TypeError", f"{name}() missing required argument 'r' (pos 2)")
        if size is not None and size < 0:
            raise raised(run, "ValueError", "r must be non-negative")
        return _paid(run, arrange(items, size))

    return Native(f"itertools.{name}", apply)


@native("itertools.count")
def count(run: Run, start: Value = 0, step: Value = 1) -> Iterator[Value]:
    value = start
    while True:
        run.step()
        yield value
        value = operations.binary(run, "+", value, step)


@native("itertools.cycle")
def cycle(run: Run, iterable: Value) -> Iterator[Value]:
    return _paid(run, itertools.cycle(list(iteration.iterate(run, iterable))))


@native("itertools.repeat")
def repeat(run: Run, object: Value, times: Value = None) -> Iterator[Value]:
    return _paid(run, itertools.repeat(object) if times is None else itertools.repeat(object, _index(run, times)))


@native("itertools.islice")
def islice(run: Run, iterable: Value, *bounds: Value) -> Iterator[Value]:
    known = [_index(run, bound) for bound in bounds]
    if any(bound is not None and bound < 0 for bound in known):
        raise raised(run, "ValueError", "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    return itertools.islice(iter(iteration.iterate(run, iterable)), *known)


@native("itertools.accumulate")
def accumulate(run: Run, iterable: Value, func: Value = None, *, initial: Value = None) -> Iterator[Value]:
    def add(total: Value, item: Value) -> Value:
        run.step()
        return operations.binary(run, "+", total, item) if func is None else calls.call(run, func, [total, item], {})

    return itertools.accumulate(iteration.iterate(run, iterable), add, initial=initial)


@native("itertools.zip_longest")
def zip_longest(run: Run, *iterables: Value, fillvalue: Value = None) -> Iterator[Value]:
    return itertools.zip_longest(*(iteration.iterate(run, i) for i in iterables), fillvalue=fillvalue)


@native("itertools.groupby")
def groupby(run: Run, iterable: Value, key: Value = None) -> Iterator[Value]:
    group: list[Value] = []
    last: Value = None
    for item in iteration.iterate(run, iterable):
        run.step()
        current = item if key is None else calls.call(run, key, [item], {})
        if group and not operations.truth(run, comparisons.equals(run, current, last)):
            yield last, iter(group)
            group = []
        group.append(item)
        last = current
    if group:
        yield last, iter(group)


@native("itertools.starmap")
def starmap(run: Run, function: Value, iterable: Value) -> Iterator[Value]:
    for row in iteration.iterate(run, iterable):
        run.step()
        yield calls.call(run, function, list(iteration.iterate(run, row)), {})


def _holds(run: Run, predicate: Value, item: Value) -> bool:
    run.step()
    return operations.truth(run, item if predicate is None else calls.call(run, predicate, [item], {}))


@native("itertools.takewhile")
def takewhile(run: Run, predicate: Value, iterable: Value) -> Iterator[Value]:
    return itertools.takewhile(lambda item: _holds(run, predicate, item), iteration.iterate(run, iterable))


@native("itertools.dropwhile")
def dropwhile(run: Run, predicate: Value, iterable: Value) -> Iterator[Value]:
    return itertools.dropwhile(lambda item: _holds(run, predicate, item), iteration.iterate(run, iterable))


@native("itertools.filterfalse")
def filterfalse(run: Run, predicate: Value, iterable: Value) -> Iterator[Value]:
    return itertools.filterfalse(lambda item: _holds(run, predicate, item), iteration.iterate(run, iterable))


@native("itertools.compress")
def compress(run: Run, data: Value, selectors: Value) -> Iterator[Value]:
    pairs = zip(iteration.iterate(run, data), iteration.iterate(run, selectors), strict=False)
    return (item for item, selected in pairs if operations.truth(run, selected))


@native("itertools.pairwise")
def pairwise(run: Run, iterable: Value) -> Iterator[Value]:
    return itertools.pairwise(iteration.iterate(run, iterable))


@native("itertools.tee")
def tee(run: Run, iterable: Value, n: Value = 2) -> Value:
    copies = _index(run, n)
    run.check_size(copies)
    return tuple(itertools.tee(iteration.iterate(run, iterable), copies))


@native("itertools.batched")
def batched(run: Run, iterable: Value, n: Value, *, strict: Value = False) -> Iterator[Value]:
    size = _index(run, n)
    if size < 1:
        raise raised(run, "ValueError", "n must be at least one")
    source = iter(iteration.iterate(run, iterable))
    while batch := tuple(itertools.islice(source, size)):
        if strict is True and len(batch) != size:
            raise raised(run, "ValueError", "batched(): incomplete batch")
        yield batch


ITERTOOLS = Table(
    {
        "itertools.chain": CHAIN,
        "itertools.combinations": _arranged("combinations", itertools.combinations),
        "itertools.permutations": _arranged("permutations", itertools.permutations),
        "itertools.combinations_with_replacement": _arranged(
            "combinations_with_replacement", itertools.combinations_with_replacement
        ),
    }
)
