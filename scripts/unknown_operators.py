"""List the operators that models most often meet and that are not known: what to add next.

python scripts/unknown_operators.py .corpus/timm-1.0.31/timm/models --config inputs.toml
     12  torch.igamma
      3  Tensor.lu
"""

from __future__ import annotations

import argparse
from pathlib import Path

import analyzer
from analyzer.config import load


def main() -> None:
    """Scan the paths with their forward passes and print the counts, the most frequent first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--config", type=Path)
    options = parser.parse_args()
    settings = load(Path(options.paths[0]), options.config)
    report = analyzer.scan(options.paths, shapes=True, options=settings)
    for name, count in report.coverage.operators.items():
        print(f"{count:7,}  {name}")


if __name__ == "__main__":
    main()
