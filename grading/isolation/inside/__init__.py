"""What runs inside the sandboxes: the kernels, and how plain data cross between them. Holds no test and no answer."""
