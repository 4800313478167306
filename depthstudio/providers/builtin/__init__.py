"""One provider a file. The registry imports every module here."""
