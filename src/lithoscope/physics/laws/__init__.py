"""Each law once. Every function takes numbers, NumPy arrays or symbols of a model alike."""
