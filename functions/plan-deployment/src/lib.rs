//! Renders every unit and lays out the waves.
