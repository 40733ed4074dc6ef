package io.concordkv.raft;

/// Why a leader does not change the configuration.
public enum Refusal {
  /// The last change is not applied yet, or the configuration is joint. One at a time; try again.
  CHANGE_PENDING,
  /// This leader has not committed anything in its term yet, so it may not know of a change that
  /// was under way (Ongaro's correction of 2015). Try again.
  TERM_NOT_COMMITTED,
  UNKNOWN_MEMBER,
  /// It is that already, or is a witness, which stays one.
  ALREADY_MEMBER,
  /// Nobody would be left who could lead.
  NO_VOTER_LEFT,
  /// The learner is to get a vote, but has less than nine tenths of the leader's log. Try again.
  NOT_CAUGHT_UP
}
