package io.concordkv.node;

import io.concordkv.raft.Role;

/// Who leads, as this node knows it. `leader` 0: nobody known.
record Leadership(Role role, long term, long leader) {
  static final Leadership UNKNOWN = new Leadership(Role.FOLLOWER, 0, 0);

  boolean here() {
    return role == Role.LEADER;
  }
}
