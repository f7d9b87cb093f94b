"""What a user starts: command line, runner, run folders."""
