"""One module a group of commands; each command takes the parsed options and the settings and gives the exit status."""
