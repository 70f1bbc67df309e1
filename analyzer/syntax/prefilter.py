"""A glance at bytes that spares most files of a large project from being parsed.

may_hold_models(b"from torch import nn\\n")       -> True
may_hold_models(b"import json\\nx = 1\\n")         -> False
"""

from __future__ import annotations

import re

_SIGNS = re.compile(rb"\bnn\b|torch|Module|timm|transformers")


def may_hold_models(source: bytes) -> bool:
    """False promises that the source never spells `nn`, or anything with `torch`, `Module`, `timm` or `transformers`.

    Such a file can neither import torch, nor name nn.Module or LightningModule, nor ask timm or transformers for a
    model. A class in it can still be a model by a base imported from another file (`from base import Net`), and a
    function can build one: that shows only once the importing file is followed, so False is a reason not to start
    from a file, never a reason not to import it.
    """
    return _SIGNS.search(source) is not None
