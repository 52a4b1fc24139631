"""Commands to start, test and measure the project, and the embedded database they share."""
