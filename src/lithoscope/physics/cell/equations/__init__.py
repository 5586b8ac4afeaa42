"""The models of the cell scale, one file each; the equations stand at the top of the file."""
