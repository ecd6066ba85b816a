"""The screens, one module each: `account`, `home`, `work`, `record` (the journey), `connections`, `configuration`."""
