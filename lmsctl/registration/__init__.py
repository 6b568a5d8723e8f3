"""Registration: people coming in by themselves, until their address is confirmed or time runs out.

It owns registrations and the switches of self-registration. It knows no entry point: links, tokens
and items of content hand it one (`EntryPoint`), and take back their own place when it expires.
"""
