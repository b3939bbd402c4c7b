"""Ground floor: media in, chunks out. No model, no Prefect."""
