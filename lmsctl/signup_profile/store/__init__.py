"""The statements of the sign-up profile room."""
