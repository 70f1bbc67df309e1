"""Modules to bytes and back, by typed msgpack.

decode(encode(module)) == module
decode(b"junk")                    -> msgspec.DecodeError (ValidationError for well-formed bytes of another kind)
"""

from __future__ import annotations

import msgspec

from analyzer.syntax import ir

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ir.Module)


def encode(module: ir.Module) -> bytes:
    """The bytes of a module; equal modules have equal bytes."""
    return _ENCODER.encode(module)


def decode(data: bytes) -> ir.Module:
    """The module that `encode` was given; msgspec.DecodeError for any other bytes."""
    return _DECODER.decode(data)
