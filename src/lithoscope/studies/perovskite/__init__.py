"""10.1038/s41467-020-15643-9: a metal chloride perovskite film on lithium."""
