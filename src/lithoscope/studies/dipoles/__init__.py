"""The study of the paper on corrosion at rest and ferroelectric dipoles, 10.1039/D6SC02846B."""
