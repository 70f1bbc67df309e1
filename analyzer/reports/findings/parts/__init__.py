"""What formats for findings share.

totals(report, Shown())      "2 findings: 1 error, 1 warning (1 fixable with --fix)"
"""
