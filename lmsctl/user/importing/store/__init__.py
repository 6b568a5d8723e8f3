"""The statements on files of people, one file for each thing that is asked about their rows."""
