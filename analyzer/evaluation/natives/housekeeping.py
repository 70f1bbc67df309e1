"""logging, warnings, time, datetime: they neither change a model nor tell anything that is known.

logger = logging.getLogger(__name__);  logger.info(model)      -> None, and the model is as exact as before
time.time()                                                    -> Unknown, certainly a number
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation.exceptions import OBJECT
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, Unknown, Value


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _same(run: Run, value: Value = None, *more: Value, **keywords: Value) -> Value:
    return value


def _fixed(value: Value) -> Callable[..., Any]:
    return lambda run, *arguments, **keywords: value


def _methods(kind: str, table: dict[str, Callable[..., Any]]) -> dict[str, Value]:
    return {name: Native(f"{kind}.{name}", function, binds=True) for name, function in table.items()}


_LEVELS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10, "NOTSET": 0}
_MESSAGES = ("debug", "info", "warning", "warn", "error", "critical", "fatal", "exception", "log")
_SETTINGS = (
    "setLevel", "addHandler", "removeHandler", "addFilter", "removeFilter", "setFormatter", "flush", "close", "handle",
    "emit",
)  # fmt: skip


def _logger(run: Run, name: Value = "root") -> Instance:
    logger = Instance(LOGGER)
    logger.attributes.update(name=name, level=0, handlers=[], propagate=True, disabled=False, parent=None)
    return logger


def _child(run: Run, logger: Instance, suffix: Value) -> Value:
    return _logger(run, suffix)


LOGGER = Class("Logger", (OBJECT,), _methods("Logger", {
    **dict.fromkeys((*_MESSAGES, *_SETTINGS), _nothing),
    "isEnabledFor": _fixed(False), "hasHandlers": _fixed(True), "getEffectiveLevel": _fixed(30), "getChild": _child,
}), module="logging")  # fmt: skip
ADAPTER = Class("LoggerAdapter", (LOGGER,), _methods("LoggerAdapter", {"__init__": _nothing}), module="logging")


def _part(name: str) -> Class:
    """A handler, formatter or filter: made of anything, and idle."""
    table: dict[str, Callable[..., Any]] = dict.fromkeys((*_SETTINGS, "__init__"), _nothing)
    return Class(name, (OBJECT,), _methods(name, {**table, "filter": _fixed(True)}), module="logging")


@native("time.sleep", "gc.collect", "gc.disable", "gc.enable", "atexit.register", "signal.signal")
def idle(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _clock(name: str) -> Callable[..., Any]:
    def read(run: Run, *arguments: Value) -> Value:
        return Unknown(f"{name}() differs from run to run", run.place, scalar=True)

    return read


_CLOCKS = (
    "time", "perf_counter", "monotonic", "process_time", "time_ns", "perf_counter_ns", "monotonic_ns", "thread_time",
)  # fmt: skip
_IDLE = (
    *(f"logging.{name}" for name in (*_MESSAGES, "basicConfig", "disable", "captureWarnings", "shutdown")),
    "logging.addLevelName", "logging.setLoggerClass", "logging.config.dictConfig", "warnings.warn_explicit",
    "warnings.resetwarnings", "warnings.formatwarning", "warnings.showwarning",
)  # fmt: skip
_PARTS = ("Handler", "StreamHandler", "FileHandler", "NullHandler", "Formatter", "Filter")

HOUSEKEEPING = Table({
    "logging.getLogger": Native("logging.getLogger", _logger), "logging.Logger": LOGGER,
    "logging.LoggerAdapter": ADAPTER,
    **{name: Native(name, _nothing) for name in _IDLE},
    **{f"logging.{name}": _part(name) for name in _PARTS},
    "logging.handlers.RotatingFileHandler": _part("RotatingFileHandler"),
    **{f"logging.{name}": level for name, level in _LEVELS.items()},
    **{f"time.{name}": Native(f"time.{name}", _clock(f"time.{name}")) for name in _CLOCKS},
    "warnings.deprecated": Native("warnings.deprecated", _fixed(Native("deprecated", _same))),
})  # fmt: skip
