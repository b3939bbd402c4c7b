"""Gemma 4: one multimodal model that hears, sees and writes."""
