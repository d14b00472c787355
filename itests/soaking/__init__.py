"""The parts of itests/soak."""
