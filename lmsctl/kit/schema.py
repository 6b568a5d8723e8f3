"""The version of the database's schema that this program was written for."""

VERSION = "0018"
