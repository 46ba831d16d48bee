//! State machines of instances: definitions, their check, the step.
