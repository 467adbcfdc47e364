"""Writing, executing, releasing and demonstrating lessons."""
