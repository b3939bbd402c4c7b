"""The two files of the diariser: they come inside a package, which is unzipped and never imported."""

from __future__ import annotations

from pipeline.models.weights.catalog import DIARISER

WEIGHTS = DIARISER.name

NAME = "segmentation-3.0 and CAM++"

SEGMENTATION, VOICE = DIARISER.files
