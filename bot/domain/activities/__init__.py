"""The activities of the dialogue, one a file. Each decides purely on a ``Scene``."""
