"""Symbolic sizes: integer expressions, what is decided about them, and the types of tensors."""

from analyzer.algebra import expression as expression
