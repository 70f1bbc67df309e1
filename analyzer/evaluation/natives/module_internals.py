"""What programs reach of nn.Module although it is not documented: its hooks, `_apply`, extra state.

len(module._forward_hooks)                  Unknown, certainly a number
module._non_persistent_buffers_set          the names of the buffers that are not saved
super()._apply(function)                    the module
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import ModuleInstance, Native, Unknown, Value


def _hooks(name: str) -> Any:
    return lambda run, module: Unknown(f"what {name} of a module holds", run.place, plain=True)


def _apply(run: Run, module: ModuleInstance, function: Value = None, recurse: Value = True) -> Value:
    return module


def _extra_state(run: Run, module: ModuleInstance, *arguments: Value) -> Value:
    return Unknown("the extra state of a module", run.place, plain=True)


def _no_members(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    return Unknown("what _named_members() gives", run.place, plain=True)


_HOOKS = (
    "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", "_state_dict_hooks",
    "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks", "_forward_hooks_with_kwargs",
)  # fmt: skip

INTERNALS = Table({
    **{f"registry.{name}": Native(name, _hooks(name)) for name in _HOOKS},
    "registry._non_persistent_buffers_set": Native("saved", lambda run, module: module.buffers_not_saved),
    "registry._version": Native("_version", lambda run, module: 1),
    "module._apply": Native("Module._apply", _apply, binds=True),
    "module.get_extra_state": Native("Module.get_extra_state", _extra_state, binds=True),
    "module.set_extra_state": Native("Module.set_extra_state", _extra_state, binds=True),
    "module._named_members": Native("Module._named_members", _no_members, binds=True),
})  # fmt: skip
