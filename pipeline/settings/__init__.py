"""The settings: what they are, where they come from, and which of them change the text."""

from pipeline.settings.fallback import Endpoint, Fallback
from pipeline.settings.group import Group
from pipeline.settings.groups import Audio, Encryption, Gemma, Hear, Media, Merge, Models, Storage, Video, Write
from pipeline.settings.loading import Settings, fingerprint, load, load_here, table

__all__ = [
    "Audio",
    "Encryption",
    "Endpoint",
    "Fallback",
    "Gemma",
    "Group",
    "Hear",
    "Media",
    "Merge",
    "Models",
    "Settings",
    "Storage",
    "Video",
    "Write",
    "fingerprint",
    "load",
    "load_here",
    "table",
]
