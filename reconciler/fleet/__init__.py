"""Many organizations at once. Nothing stands here yet: one organization comes first."""
