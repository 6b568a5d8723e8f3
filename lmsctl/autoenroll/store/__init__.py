"""The statements of the autoenroll room."""
