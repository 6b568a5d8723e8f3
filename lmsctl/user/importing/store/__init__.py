"""The statements of files of people, one file for each thing that is examined or written."""
