"""What a finding is known by from one commit to the next: its rule and where it lies, never its line.

fingerprints(report.findings)      ["9f2c...", "01ab..."]: different for every finding of a report
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from analyzer.report import Finding


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """A hexadecimal digest for each finding; of findings that nothing else tells apart the order does."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for finding in findings:
        model = (finding.model or "").rpartition("::")[2]
        key = (finding.code, finding.span.file, finding.scope or model, finding.path or "")
        seen[key] += 1
        found.append(hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass")).hexdigest())
    return found
