"""The desk's commands: a module each, with its arguments (`add`) and what it does (`run`)."""
