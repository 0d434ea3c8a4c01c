"""What of earlier forwards a denoise step builds on: exactly, or as published approximations."""
