"""How it behaves: the laws, and the models of each scale."""
