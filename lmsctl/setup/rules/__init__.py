"""Pure decisions about setup files: what stands in them, how it is read and compared."""
