"""Every sentence a citizen reads: one YAML file a flow, same name as the flow; ``common`` for what every flow says."""
