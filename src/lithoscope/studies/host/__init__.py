"""Lithium in a mat of polymer fibres, 10.1038/ncomms10992."""
