"""The network: one decoder with flags."""
