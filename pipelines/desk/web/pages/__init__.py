"""One module per page, or per few that belong together; each handler takes an Ask and gives a response."""
