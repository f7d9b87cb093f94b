"""The commands of the command line: each declares its arguments in `add` and does its work in `command`."""
