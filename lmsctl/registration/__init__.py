"""Registration: how new people come in by themselves: doors, holds, confirmation."""
