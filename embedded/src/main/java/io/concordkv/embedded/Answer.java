package io.concordkv.embedded;

/// What became of a commit, to be told once that counts.
record Answer(Commit commit, Commit.Outcome outcome) {
  void tell() {
    commit.reply().accept(outcome);
  }
}
