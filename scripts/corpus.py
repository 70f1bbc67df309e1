"""Fetches the source of published libraries to be analysed; nothing of it is ever imported.

    python scripts/corpus.py fetch                  torchvision and timm, into .corpus/
    python scripts/corpus.py fetch transformers     one by name
    python scripts/corpus.py path torchvision       .corpus/torchvision-0.28.0

Each is a wheel of a pinned version, downloaded without its dependencies; its Python files alone are unpacked.  What is
already there is left as it is, so a second call needs no network.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / ".corpus"
VERSIONS = {"torchvision": "0.28.0", "timm": "1.0.31", "transformers": "5.23.0"}
USUAL = ("torchvision", "timm")

# One wheel for everybody, whichever Python and machine asks: only its source is wanted.
PLATFORM = ("--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--platform=manylinux_2_28_x86_64")


class CorpusError(Exception):
    """A library's source cannot be had; the message says why and what to do."""


def path(name: str) -> Path:
    """Where the library's source lies, or would lie: the folder that holds its top package."""
    return CORPUS / f"{name}-{VERSIONS[name]}"


def download(name: str, folder: Path) -> Path:
    """The library's wheel, downloaded into `folder`; raises CorpusError."""
    wanted = f"{name}=={VERSIONS[name]}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    step = subprocess.run([*command, *PLATFORM, "--dest", str(folder), wanted], capture_output=True, text=True)
    if step.returncode:
        raise CorpusError(f"{step.stderr}\n{wanted} cannot be downloaded; without a network, what needs it is skipped.")
    return next(folder.glob("*.whl"))


def unpack(wheel: Path, folder: Path) -> int:
    """Write the wheel's Python files below `folder` and give their number; refuses a path that leads out of it."""
    count = 0
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            inside = PurePosixPath(member.filename)
            if inside.suffix not in (".py", ".txt", ".json", ".yaml"):
                continue
            if inside.is_absolute() or ".." in inside.parts or "\\" in member.filename or ":" in member.filename:
                raise CorpusError(f"{wheel.name} holds a path that leads out of the folder: {member.filename!r}")
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(member))
            count += 1
    return count


def fetch(name: str) -> None:
    """Have the library's source in `.corpus/`, all of it or nothing; raises CorpusError."""
    if path(name).is_dir():
        print(f"{path(name).name}: already in {CORPUS.name}/")
        return
    CORPUS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CORPUS) as scratch:
        source = Path(scratch, "source")
        count = unpack(download(name, Path(scratch)), source)
        shutil.move(source, path(name))
    print(f"{path(name).name}: {count} files in {CORPUS.name}/")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    fetching = commands.add_parser("fetch", help="download what is missing")
    fetching.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(VERSIONS)}")
    placing = commands.add_parser("path", help="print the folder of a library's source")
    placing.add_argument("names", nargs=1, metavar="NAME")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in VERSIONS:
            parser.error(f"no library {name!r}; there are {', '.join(VERSIONS)}")
    try:
        for name in options.names or USUAL:
            print(path(name)) if options.command == "path" else fetch(name)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
