"""What this machine is, what could run on it, what it should run, and the proof of an engine.

`examine` looks; `rank`, `lines` and `toml` are arithmetic and text on what it saw, so that a report on a machine with
8 GB can be made on any other.
"""

from pipeline.doctor.candidates import model_names
from pipeline.doctor.engine import examine_engine
from pipeline.doctor.lines import lines
from pipeline.doctor.machine import Device, Machine, examine
from pipeline.doctor.measured import measured
from pipeline.doctor.ranking import rank
from pipeline.doctor.written import toml

__all__ = ["Device", "Machine", "examine", "examine_engine", "lines", "measured", "model_names", "rank", "toml"]
