"""A network of ours at work in onnxruntime, on one thread of the CPU."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError


class Runner:
    """A network with one input and one output."""

    def __init__(self, network: bytes) -> None:
        """`network` is an ONNX file. Raises `ModelError` where onnxruntime does not take it."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # sounds differ in length
        try:
            self._session: Any = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
            self._input: str = self._session.get_inputs()[0].name
        except Exception as error:
            raise ModelError(f"the diariser cannot be loaded ({type(error).__name__}).") from error

    def run(self, given: NDArray[np.float32]) -> NDArray[np.float32]:
        """The output for `given`. Raises `ModelError`."""
        try:
            (made,) = self._session.run(None, {self._input: given})
        except Exception as error:
            raise ModelError(f"the diariser failed on {given.shape} ({type(error).__name__}).") from error
        return cast("NDArray[np.float32]", made)
