package io.concordkv.mvcc;

import io.concordkv.base.Check;

/// Who hands out revisions. Today the command being applied draws the next one, so revisions are
/// dense, as etcd's are.
final class RevisionAuthority {
  private long last;

  RevisionAuthority(long last) {
    Check.that(last >= 1, "an empty keyspace is at revision 1");
    this.last = last;
  }

  /// The newest revision that was made.
  long last() {
    return last;
  }

  long next() {
    return ++last;
  }
}
