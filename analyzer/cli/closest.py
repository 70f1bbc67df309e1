"""Which configuration each place of a call goes by: the one that is closest to it.

by_project(["src", "tools/net.py"], None, adapted)       [(Options(root=...), ["src", "tools/net.py"])]
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli.options import options_for

if TYPE_CHECKING:
    from analyzer.config import Options

NAMES = frozenset({"weighbridge.toml", "pyproject.toml"})


def by_project(
    asked: Sequence[str], config: Path | None, adapted: Callable[[Options], Options], *, isolated: bool
) -> list[tuple[Options, list[str]]]:
    """The places of each project with its options, as `adapted` by the command line.

    A folder below one that is asked for is a place of its own where it has a configuration.
    """
    of_folders: dict[Path, Options] = {}
    groups: dict[tuple[Path | None, Path], tuple[Options, list[str]]] = {}
    for text in asked:
        is_folder = os.path.isdir(text)
        folder = Path(text) if is_folder else Path(text).parent
        if folder not in of_folders:
            of_folders[folder] = adapted(options_for(text, config, isolated=isolated))
        places = [(text, of_folders[folder])]
        if is_folder and config is None and not isolated:
            places = list(_with_those_below(folder, places[0][1], adapted))
        for place, options in places:
            group = groups.setdefault((options.source, options.root), (options, []))
            group[1].append(place)
    return list(groups.values())


def _with_those_below(
    folder: Path, options: Options, adapted: Callable[[Options], Options]
) -> Iterator[tuple[str, Options]]:
    """A folder and those in it that have a configuration of their own; each leaves out the ones below it."""
    from analyzer.globs import excluded
    from analyzer.syntax.discovery import folders_with

    found = sorted(one for one in folders_with(folder, NAMES) if _has_own(one))
    below = [one for one in found if not excluded(_name(one, options.root), options.exclude)]
    for place in (folder, *below):
        own = options if place == folder else adapted(options_for(str(place), None))
        inner = [f"/{glob.escape(_name(one, own.root))}" for one in below if place in one.parents]
        yield str(place), replace(own, exclude=(*own.exclude, *inner))


def _has_own(folder: Path) -> bool:
    from analyzer.config import ConfigError, own

    try:
        return own(folder) is not None
    except ConfigError:
        return True


def _name(folder: Path, root: Path) -> str:
    """A folder as patterns see it: from the root."""
    return Path(os.path.relpath(folder.resolve(), root)).as_posix()
