"""Understanding of what a client writes."""
