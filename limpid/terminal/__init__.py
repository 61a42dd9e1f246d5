"""The terminal and the file system: files in and out, answers, progress."""
