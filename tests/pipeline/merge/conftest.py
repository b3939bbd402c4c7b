"""No deadline for one example: a shared machine is slow now and then, and that is no fault of a planner."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
