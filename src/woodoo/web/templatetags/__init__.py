"""Tags of the panel's templates."""
