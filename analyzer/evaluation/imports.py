"""Importing: finds a module's source in the project, runs it once, and keeps what its names are bound to.

    session = Session(sources)
    session.load(path)                         -> Namespace("blocks", names={"Block": <class>, ...})
    session.import_module(run, "math")         -> <module math>, known natively
    session.import_module(run,
    "nowhere")      -> Unknown("module 'nowhere' is not in the project or on its search path")

A statement at the top level of a module that cannot be followed makes the names it binds unknown; the rest of the
module is run all the same.
"""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any, Protocol

from analyzer.algebra.expression import TooComplex
from analyzer.algebra.tensor import Refused
from analyzer.evaluation import calls, natives
from analyzer.evaluation.exceptions import describe, exception, raised
from analyzer.evaluation.expressions import Unsupported
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.fuel import Allowance
from analyzer.evaluation.iteration import Untraversable
from analyzer.evaluation.natives import custom_operators
from analyzer.evaluation.regions import bound_names
from analyzer.evaluation.replay import Library
from analyzer.evaluation.reuse import Shelf
from analyzer.evaluation.run import CircularImport, Limits, OutOfFuel, Run, Undecidable, exhausted, running
from analyzer.evaluation.statements import compile_statement
from analyzer.evaluation.values import Deferred, Namespace, NativeModule, Place, Raised, Unknown, Value
from analyzer.knowledge.names import names_of
from analyzer.syntax import ir
from analyzer.syntax.project import OutsideRoot
from analyzer.syntax.source import SourceError

_OWN_NAMES = frozenset({"__name__", "__package__", "__file__", "__path__", "__doc__"})


class Sources(Protocol):
    """Where source comes from: a folder, a git tree, memory."""

    def resolve(self, name: str, importer: Path | None) -> Path | None: ...
    def resolve_below(self, folder: Path, name: str) -> Path | None: ...
    def load(self, path: Path) -> ir.Module: ...
    def module_name(self, path: Path) -> str: ...
    def display(self, path: Path) -> str: ...
    def read_data(self, path: str) -> bytes: ...


class Session:
    """The modules loaded so far; one session serves every target of a call."""

    def __init__(self, sources: Sources, limits: Limits | None = None) -> None:
        self.sources = sources
        self.limits = limits or Limits()
        self.by_path: dict[Path, Namespace] = {}
        self.from_the_top = False
        """Whether the packages that hold a file run before it."""
        self._loading = 0
        self.optional_imports = 0
        """How many `try: import ... except` are being executed: there, what is not found is taken as absent."""
        self.imported: dict[Path, set[Path]] = {}
        """The files that the import statements of each file led to."""
        self.doubts: dict[Path, tuple[Unknown, ...]] = {}
        """What makes everything in a file uncertain."""
        self._tired: dict[Path | None, int] = {}
        self.library = Library()
        """Calls of modules that need not be followed again."""
        self.shelf = Shelf()
        """Modules that need not be made again."""
        self.loads = 0
        """How many modules have been run."""
        self.extents = 0
        """How many extents have begun."""
        self.changes = 0
        """How often a class that is there has got another attribute."""
        self.environment: dict[str, str] = {}
        """os.environ: nothing is set."""

    # ---------------------------------------------------------------- modules

    def load(self, path: Path, name: str | None = None) -> Namespace:
        """The namespace of a source file, run at its first use; raises SourceError where it is no Python.

        A package's own file runs when one of its names is asked for.  Where modules import each other in a circle, so
        that the order matters, everything is run again from the top, as Python does.
        """
        self._loading += 1
        try:
            if self.from_the_top:
                self._run_packages(path)
            namespace = self.by_path.get(path) or self._declare(path, name or self.sources.module_name(path))
            self.ensure(namespace)
            return namespace
        except CircularImport:
            if self._loading > 1:
                raise
            self.from_the_top = True
            self.by_path.clear()
        finally:
            self._loading -= 1
        return self.load(path, name)

    def _run_packages(self, path: Path) -> None:
        """Run the packages that hold a file, the outermost first."""
        folder, found = path.parent, []
        while (folder / "__init__.py") != path and self.sources.resolve_below(
            folder.parent, folder.name
        ) == folder / "__init__.py":
            found.append(folder / "__init__.py")
            folder = folder.parent
        for package in reversed(found):
            self.ensure(self.by_path.get(package) or self._declare(package, self.sources.module_name(package)))

    def _declare(self, path: Path, name: str) -> Namespace:
        """A module that has not run yet: it runs when one of its names is asked for."""
        is_package = path.name == "__init__.py"
        namespace = Namespace(name, self.sources.display(path), name if is_package else name.rpartition(".")[0], path)
        namespace.names["__file__"] = str(path)
        if is_package:
            namespace.names["__path__"] = [str(path.parent)]
        namespace.pending = True
        self.by_path[path] = namespace
        return namespace

    def ensure(self, namespace: Namespace) -> None:
        """Run a module's body if that has not been done."""
        if namespace.pending:
            namespace.pending = False
            try:
                module = self.sources.load(namespace.path)
            except SourceError:
                namespace.pending = True
                raise
            namespace.names["__doc__"] = module.docstring
            namespace.running = True
            try:
                self.execute(namespace, module)
            finally:
                namespace.running = False

    def execute(self, namespace: Namespace, module: ir.Module) -> None:
        """Run the statements of a module; each one that cannot be followed leaves its reason on its names."""
        self.loads += 1
        run = Run(self, forks=False, allowance=Allowance(self.limits, self.share_of(namespace.path)))
        scope = Scope("module", namespace.file)
        frame = Frame(run, namespace, namespace.names)
        with running(run):
            for statement in module.body:
                place = Place(namespace.file, statement.span)
                try:
                    compile_statement(statement, scope)(frame)
                except (Raised, Refused) as error:
                    self._unfollowed(frame, statement, Unknown(describe(error), place))
                except (Undecidable, Unsupported) as error:
                    self._unfollowed(frame, statement, Unknown(str(error), place))
                except Untraversable as error:
                    self._unfollowed(frame, statement, error.unknown)
                except (OutOfFuel, RecursionError, MemoryError, TooComplex) as error:
                    stopped = error if isinstance(error, OutOfFuel) else exhausted(error, place)
                    self._stopped(frame, statement, Unknown(str(stopped), stopped.place))
            run.journal.clear()
        namespace.lost = tuple(run.lost)
        if run.doubts and namespace.path is not None:
            self.doubts[namespace.path] = tuple(run.doubts)

    def _unfollowed(self, frame: Frame, statement: Any, unknown: Unknown) -> None:
        for name in bound_names(statement):
            if name not in frame.names or not isinstance(statement, (ir.Try, ir.With, ir.If)):
                frame.names[name] = unknown

    def _stopped(self, frame: Frame, statement: Any, unknown: Unknown) -> None:
        """A statement was left in the middle: each of the next ones gets half of what a target would get."""
        run = frame.run
        run.depth = 0
        run.doubt(unknown)
        if run.ran_out:
            self.tire(frame.namespace.path)
        lost = set(frame.names) if run.allowance.is_full() else bound_names(statement)
        for name in lost - _OWN_NAMES:
            frame.names[name] = unknown
        run.refuel(self.share_of(frame.namespace.path) * 0.5)

    def tire(self, path: Path | None) -> None:
        """Note that a statement or target of a file used up what it was given."""
        self._tired[path] = self._tired.get(path, 0) + 1

    def share_of(self, path: Path | None) -> float:
        """What the next target of a file gets of what the limits allow: half after each that used it up."""
        return 0.5 ** min(self._tired.get(path, 0), 10)

    def doubts_about(self, path: Path | None) -> tuple[Unknown, ...]:
        """What happened while a file and the files that it imports were run, after which nothing there is certain."""
        seen: set[Path] = set()
        waiting = [path] if path is not None and self.doubts else []
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.imported.get(current, ()))
        return tuple(unknown for one, found in self.doubts.items() if one in seen for unknown in found)

    # ---------------------------------------------------------------- import statements

    def import_module(self, run: Run, name: str, importer: Path | None = None) -> Value:
        """`import name`, as the file `importer` would find it."""
        top = name.partition(".")[0]
        if natives.is_native_module(name):
            return NativeModule(name)
        path = self.sources.resolve(name, importer)
        if path is not None:
            self._declare_parents(name, importer)
            return self._enter(run, path, importer)
        if top in sys.stdlib_module_names:
            return NativeModule(name)
        if self.optional_imports:
            raise Raised(exception("ModuleNotFoundError", f"No module named '{name}'"), run.place)
        return Unknown(f"module '{name}' is not in the project or on its search path", run.place)

    def _declare_parents(self, name: str, importer: Path | None) -> None:
        parent = name.rpartition(".")[0]
        while parent:
            above = self.sources.resolve(parent, importer)
            if above is not None and _is_source(above) and above not in self.by_path:
                self._declare(above, self.sources.module_name(above))
            parent = parent.rpartition(".")[0]

    def _enter(self, run: Run, path: Path, importer: Path | None = None) -> Value:
        if importer is not None:
            self.imported.setdefault(importer, set()).add(path)
        if not _is_source(path):
            namespace = self.by_path.get(path)
            if namespace is None:
                name = self.sources.module_name(path / "__init__.py")
                namespace = self.by_path[path] = Namespace(name, self.sources.display(path), name, path)
                namespace.names["__path__"] = [str(path)]
            return namespace
        if importer is not None and path.name == "__init__.py" and importer.is_relative_to(path.parent):
            # The package of a running file is being imported already: it is not run from inside.
            return self.by_path.get(path) or self._declare(path, self.sources.module_name(path))
        try:
            return self.load(path)
        except SourceError as error:
            return Unknown(f"{error.path}: {error.message}", run.place)
        except (OSError, OutsideRoot) as error:
            return Unknown(f"cannot read {path.name}: {getattr(error, 'strerror', None) or error}", run.place)

    def import_relative(self, run: Run, namespace: Namespace, module: str, level: int) -> Value:
        """The module that `from ..module import` names."""
        if level == 0 or namespace.path is None:
            return self.import_module(run, module, namespace.path)
        folder: Path = namespace.path.parent
        for _ in range(level - 1):
            folder = folder.parent
        if not module:
            return self._enter(run, self.sources.resolve_below(folder, "__init__") or folder, namespace.path)
        path = self.sources.resolve_below(folder, module)
        if path is not None:
            return self._enter(run, path, namespace.path)
        if self.optional_imports:
            raise Raised(exception("ModuleNotFoundError", f"No module named '{module}'"), run.place)
        return Unknown(f"module '{'.' * level}{module}' is not in the project", run.place)

    def import_name(self, run: Run, module: Value, name: str, *, missing: str = "ImportError") -> Value:
        """`from module import name`, or `module.name`."""
        if isinstance(module, NativeModule):
            return self.native_attribute(run, module, name)
        if isinstance(module, Unknown):
            return Unknown(module.reason, module.place, plain=module.plain, key=module.key and f"{module.key}.{name}")
        assert isinstance(module, Namespace)
        if name in module.names:
            value = self.settle(run, module.names, name)
            if run.extent is not None:
                run.extent.read(module.names, name, value, 0)
            return value
        run.impure()
        if "__path__" in module.names:
            path = self.sources.resolve_below(Path(module.names["__path__"][0]), name)
            if path is not None:
                return self._enter(run, path, module.path)
        if module.pending:
            self.ensure(module)
            if name in module.names:
                return self.settle(run, module.names, name)
        if "__getattr__" in module.names:
            return calls.call(run, module.names["__getattr__"], [name], {})
        if name == "__dict__":
            return module.names
        if module.unknown is not None:
            return module.unknown
        if module.running and missing == "ImportError":
            return Deferred(module, name)
        if missing == "ImportError" and not self.optional_imports:
            return run.unknown(f"'{name}' is not found in module '{module.name}'")
        raise raised(run, missing, f"cannot import name '{name}' from '{module.name}'")

    def settled(self, run: Run, names: dict[str, Value], name: str) -> Value:
        """The value of a name that is used now, whatever is still running."""
        value = names[name]
        if type(value) is Deferred and value.module.running and value.name not in value.module.names:
            if not self.from_the_top:
                raise CircularImport(f"'{name}' is imported from '{value.module.name}', which is still running")
            return run.unknown(f"'{name}' is imported from '{value.module.name}', which imports this module first")
        return self.settle(run, names, name)

    def settle(self, run: Run, names: dict[str, Value], name: str) -> Value:
        """The value of a bound name; one that was imported from a running module is looked up now."""
        value = names[name]
        if type(value) is Deferred and not (value.module.running and value.name not in value.module.names):
            value = names[name] = self.import_name(run, value.module, value.name)
        if type(value) is Deferred:
            return run.unknown(f"'{value.name}' is imported from '{value.module.name}', which is still being run")
        return value

    def import_star(self, run: Run, module: Value, names: dict[str, Value]) -> None:
        """`from module import *`"""
        if isinstance(module, Namespace):
            self.ensure(module)
            exported = module.names.get("__all__")
            listed = exported if isinstance(exported, (list, tuple)) else [n for n in module.names if n[:1] != "_"]
            for name in listed:
                if isinstance(name, str):
                    names[name] = self.import_name(run, module, name)
        elif isinstance(module, NativeModule):
            for name in natives.names_in(module.name):
                names[name] = self.native_attribute(run, module, name)
        else:
            names["*"] = module

    # ---------------------------------------------------------------- names

    def native_attribute(self, run: Run, module: NativeModule, name: str) -> Value:
        """An attribute of a module of Python or torch."""
        if name == "__name__":
            return module.name
        found = natives.attribute(f"{module.name}.{name}")
        if found is not None:
            return found.value
        if natives.is_known_module(f"{module.name}.{name}"):
            return NativeModule(f"{module.name}.{name}")
        operator = custom_operators.member(module.name, name)
        if operator is not None:
            return operator
        if f"{module.name}.{name}" in calls.SCHEDULERS:
            return NativeModule(f"{module.name}.{name}")
        plain = module.name.partition(".")[0] in sys.stdlib_module_names
        listed = names_of(module.name)
        if name.startswith("__") or (listed is not None and name not in listed and not name.startswith("_")):
            raise raised(run, "AttributeError", f"module '{module.name}' has no attribute '{name}'")
        return run.unknown(f"{module.name}.{name} is not known", plain=plain)

    def builtin(self, run: Run, name: str, namespace: Namespace) -> Value:
        """A name that is no global."""
        found = natives.attribute(f"builtins.{name}")
        if found is not None:
            return found.value
        if "*" in namespace.names:
            unknown = namespace.names["*"]
            return Unknown(unknown.reason, unknown.place)
        if namespace.unknown is not None:
            return namespace.unknown
        if hasattr(builtins, name):
            return run.unknown(f"the builtin {name} is not known", plain=True)
        raise raised(run, "NameError", f"name '{name}' is not defined")


def _is_source(path: Path) -> bool:
    """Whether an import found a file, and not the folder of a namespace package."""
    return path.suffix == ".py"
