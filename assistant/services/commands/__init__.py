"""What the owner declared in `[[commands]]`: programs, requests and macros, each a service `commands.NAME`."""
