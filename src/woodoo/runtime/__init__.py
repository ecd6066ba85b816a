"""What Woodoo brings along to run on a machine of its own: a home folder and a database server.

Table of contents: `home` (where files and secrets live), `launch` (child processes that end with their
parent), `accounts` (which system account the database server runs as), `binaries` (its programs),
`postgres_files` (its socket and notes), `postgres` (the server itself).
"""
