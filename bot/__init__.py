"""The assistant itself: channels, dialog, storage and the command."""
