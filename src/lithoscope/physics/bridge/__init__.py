"""The only place where two scales meet. Each file states what it assumes and how large its error is."""
