"""The settings: what they are, where they come from, and which of them change the text."""

from pipeline.settings.fallback import Endpoint, Fallback
from pipeline.settings.group import Group
from pipeline.settings.groups import (
    Audio,
    Describe,
    Gemma,
    Hear,
    Merge,
    Report,
    See,
    Speakers,
    Video,
    Write,
)
from pipeline.settings.loading import Settings, load, load_here, named_only, table, text_changing
from pipeline.settings.machine import Encryption, Media, Models
from pipeline.settings.webhook import Webhook

__all__ = [
    "Audio",
    "Describe",
    "Encryption",
    "Endpoint",
    "Fallback",
    "Gemma",
    "Group",
    "Hear",
    "Media",
    "Merge",
    "Models",
    "Report",
    "See",
    "Settings",
    "Speakers",
    "Video",
    "Webhook",
    "Write",
    "load",
    "load_here",
    "named_only",
    "table",
    "text_changing",
]
