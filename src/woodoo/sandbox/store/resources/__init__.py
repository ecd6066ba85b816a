"""One module per kind of record of the REST API: how it is listed, shown, written and refused."""
