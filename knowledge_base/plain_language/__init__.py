"""How plainly a text is written, and what would say it plainer. Start at ``review.py``."""
