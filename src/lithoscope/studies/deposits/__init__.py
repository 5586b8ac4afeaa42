"""Ready runs of the phase field on three grids; their small results ship with the package and are made again on request."""
