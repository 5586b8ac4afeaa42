"""From results to what papers print: metrics, spectra read as an experimenter reads them, figures."""
