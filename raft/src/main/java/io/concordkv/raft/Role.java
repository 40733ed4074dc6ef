package io.concordkv.raft;

/// What a member is at the moment.
public enum Role {
  FOLLOWER,
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
