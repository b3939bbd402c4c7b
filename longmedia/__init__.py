"""longmedia: long recordings to transcripts, traced summaries and a coverage ledger, by local 4-bit models.

    import longmedia

    run = longmedia.run("talk.mp3", store="results")
    for sentence in run.summary():
        print(sentence.text, [moment.start for moment in sentence.moments])

`docs/python.md` is the tutorial. Everything here works in this process: nothing needs Prefect or a server.
"""

from longmedia.reading import Coverage, Cue, Gap, Moment, Run, Sentence, Store, open_store
from longmedia.running import load_settings, run
from longmedia.searching import Hit, search
from pipeline.errors import Interrupted, LongmediaError, MediaError, ModelError, SettingsError, StoreError
from pipeline.models.registry import Registry
from pipeline.settings import Settings

__all__ = [
    "Coverage",
    "Cue",
    "Gap",
    "Hit",
    "Interrupted",
    "LongmediaError",
    "MediaError",
    "ModelError",
    "Moment",
    "Registry",
    "Run",
    "Sentence",
    "Settings",
    "SettingsError",
    "Store",
    "StoreError",
    "load_settings",
    "open_store",
    "run",
    "search",
]
