"""What starts the kernels and runs a submission's cells in them."""
