"""The API: everything the panel does, for programs.

`api.py` puts it together. `door.py` says who comes in, `bodies.py` how requests are read, `answers.py` how it answers
what is wrong. The rest is one module a subject; each calls what the panel and the command line call.
"""
