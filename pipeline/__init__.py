"""Middle floor: chunks in, summaries and reports out. No Prefect."""
