"""The sandbox of a kernel, what it may use, and the kernel that runs inside."""
