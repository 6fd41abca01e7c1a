"""The JSON Schemas, as a package so that a wheel can ship them and importlib.resources can read them."""
