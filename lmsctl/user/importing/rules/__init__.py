"""Pure decisions on files of people, one file for each thing that is decided."""
