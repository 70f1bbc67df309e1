"""`weighbridge clean`: delete what earlier runs kept.

weighbridge clean src
"""

from __future__ import annotations

from typing import Annotated

import typer

from analyzer.cli import output
from analyzer.cli.options import CacheDir, Config, options_for


def run(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="A file or folder of the project.")] = ".",
    config: Config = None,
    cache_dir: CacheDir = None,
) -> None:
    """Delete the cache of a project, and nothing else that lies in its folder.

    \b
    Examples:
      weighbridge clean
      weighbridge clean --cache-dir /var/cache/weighbridge
    """
    from analyzer.cache.place import clean, place

    folder = place(cache_dir, options_for(path, config).root)
    try:
        found = clean(folder)
    except OSError as error:
        raise output.refused(f"cannot delete {error.filename}: {error.strerror}") from error
    typer.echo(f"deleted {output.relative(folder.absolute())}" if found else "there is no cache", err=True)
