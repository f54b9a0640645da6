"""What the assistant can do: typed services in one registry, reached by the dialogue, HTTP and tools alike.

`registry` calls and audits them, each domain is one file (`clock`, `timers`, `lists`, `undo`, `home/`), and
`build` puts them together. A new domain is a class whose methods carry `@service(...)`; see `registry`.
"""
