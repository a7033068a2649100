"""The questions that analysts ask, as functions; the web desk and the command line stand over them."""
