"""Arguments of which only the name is known: taken for integers, until what the program does with them says more.

An argument without a type that is only handed on is a symbol `in_channels`, and what is read from one that is an
object is a symbol `config.width`.  Arithmetic, an order, a size of a layer *prove* that it is a number.  Before that,
it may be anything: whether it is a string or None is not decided, and a module that holds it is not known completely,
for it may be a module itself.

assume(run, config, "width")     -> symbol("config.width")
doubted(run, that)               -> Unknown("argument 'config' has no default")
prove(run, (that,))              from now on a number
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzer.algebra.expression import NAME, Expr, symbol
from analyzer.evaluation import uses
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import ModuleInstance, Unknown, Value

ARGUMENT = "argument "
"""How the key of an Unknown begins that is an argument of the target, or a part of one."""


def assume(run: Run, owner: Value, name: str) -> Value | None:
    """What `owner.name` is taken for, where `owner` is an argument without a value; None where it is none."""
    if not run.assumes:
        return None
    if type(owner) is Unknown and owner.key is not None and owner.key.startswith(ARGUMENT):
        path, reason = f"{owner.key[len(ARGUMENT) :]}.{name}", owner
    elif (unknown := doubted(run, owner)) is not None:
        path, reason = f"{owner}.{name}", unknown
    else:
        return None
    if path in run.given:
        return run.given[path]
    if not NAME.fullmatch(path) or name.startswith("__"):
        return None
    made = symbol(path)
    if made not in run.proven:
        run.assumed[made] = Unknown(reason.reason, reason.place, key=f"{ARGUMENT}{path}")
    return made


def doubted(run: Run, value: Value) -> Unknown | None:
    """Why a symbol may be something else than a number; None where it certainly is one."""
    return run.assumed.get(value) if run.assumed and type(value) is Expr else None


def prove(run: Run, values: Iterable[Any]) -> None:
    """The program uses these as numbers."""
    if run.assumed:
        for value in values:
            if type(value) is Expr and run.assumed.pop(value, None) is not None:
                run.proven.add(value)
            elif isinstance(value, (tuple, list)):
                prove(run, value)


def held(run: Run, root: ModuleInstance) -> None:
    """Judge what modules hold that may be a module or a parameter: their counts are bounds where it is not data."""
    for _, module in named_modules(root):
        for name, value in module.attributes.items():
            unknown = value if type(value) is Unknown else doubted(run, value)
            if unknown is None or unknown.plain or unknown.key is None or not unknown.key.startswith(ARGUMENT):
                continue
            if uses.as_data(module.cls, name) and _is_number(run, module, name, unknown.key[len(ARGUMENT) :]):
                if unknown is value:
                    module.attributes[name] = Unknown(unknown.reason, unknown.place, plain=True, key=unknown.key)
            elif module.incomplete is None:
                module.incomplete = Unknown(f"{unknown.reason}, and may be a module", unknown.place)


def _is_number(run: Run, module: ModuleInstance, name: str, path: str) -> bool:
    """Whether methods compute with it, or whether what was read from it are numbers."""
    read = (*map(str, run.proven), *run.given)
    return uses.as_number(module.cls, name) or any(part.startswith(f"{path}.") for part in read)
