"""From results to what papers print: spectra read as an experimenter reads them, figures."""
