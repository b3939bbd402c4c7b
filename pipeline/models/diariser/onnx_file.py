"""A network as ONNX writes it, made in memory: nodes, constants, one input and one output.

The format is a Protocol Buffer; the numbers of its fields are those of `onnx.proto`
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Only what our two networks need is written.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_IR_VERSION, _OPSET = 8, 17
_FLOAT, _INT64 = 1, 7
_KIND_FLOAT, _KIND_INT, _KIND_STRING, _KIND_INTS = 1, 2, 3, 7
"""`AttributeProto.AttributeType`."""

Attribute = float | int | str | Sequence[int]
Values = NDArray[np.float32] | NDArray[np.int64]


class Network:
    """A network in the making: each call of `add` is a node behind those before it."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._made = 0

    def constant(self, values: Values) -> str:
        """A tensor that the network holds (float32 or int64), by the name that it is given here."""
        name = self._name()
        kind = _INT64 if values.dtype == np.int64 else _FLOAT
        raw = np.ascontiguousarray(values, "<i8" if kind == _INT64 else "<f4").tobytes()
        dims = b"".join(_number(1, size) for size in values.shape)
        self._constants.append(_field(5, dims + _number(2, kind) + _text(8, name) + _field(9, raw)))
        return name

    def integers(self, *values: int) -> str:
        """A constant of whole numbers."""
        return self.constant(np.array(values, np.int64))

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Attribute) -> str:
        """A node of the operator `kind`; an input that is left out is ''. Returns the name of its first output."""
        names = [self._name() for _ in range(outputs)]
        body = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in names)
        body += _text(4, kind) + b"".join(_field(5, _attribute(*pair)) for pair in attributes.items())
        self._nodes.append(_field(1, body))
        return names[0]

    def model(self, *, given: str, shape: Sequence[int | str], made: str, made_shape: Sequence[int | str]) -> bytes:
        """The file: `given` and `made` are the names of the input and the output, both float32."""
        graph = b"".join(self._nodes) + _text(2, "network") + b"".join(self._constants)
        graph += _field(11, _value(given, shape)) + _field(12, _value(made, made_shape))
        opset = _text(1, "") + _number(2, _OPSET)
        return _number(1, _IR_VERSION) + _field(7, graph) + _field(8, opset)

    def _name(self) -> str:
        self._made += 1
        return f"v{self._made}"


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(_field(1, _number(1, one) if isinstance(one, int) else _text(2, one)) for one in shape)
    return _text(1, name) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, dims)))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, str):
        body = _field(4, value.encode()) + _number(20, _KIND_STRING)
    elif isinstance(value, int):
        body = _number(3, value) + _number(20, _KIND_INT)
    elif isinstance(value, float):
        body = _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, _KIND_FLOAT)
    else:
        body = b"".join(_number(8, one) for one in value) + _number(20, _KIND_INTS)
    return _text(1, name) + body


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _field(field, value.encode())


def _field(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers are written as 64 bits
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
