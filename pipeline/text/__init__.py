"""What is found and checked in a text by rule, without a model: sentences, facts, cues, faults."""
