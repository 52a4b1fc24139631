"""The content of an agency: its schema, its loader and the packs."""
