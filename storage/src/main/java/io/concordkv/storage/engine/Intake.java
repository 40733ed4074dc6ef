package io.concordkv.storage.engine;

import java.util.List;

/// Prepared tables on their way into an engine. Workers check and copy them step by step, without
/// anybody noticing; then [Engine#take] puts all of them in at once. What is wrong with a file is
/// found before that, and a crash before that leaves nothing behind.
public interface Intake {
  /// Checks and copies on, about a megabyte. True when all is copied, durably. Used by one worker
  /// at a time.
  ///
  /// A file that cannot be taken in as it is is a [io.concordkv.base.ConcordException] with
  /// [io.concordkv.base.ErrorCode#BAD_TABLE], one that is damaged a
  /// [io.concordkv.base.CorruptionError], one that cannot be read a
  /// [io.concordkv.base.env.FileException]. Then it is abandoned.
  boolean step();

  /// From the first key of each file to its last. Known when all is copied.
  List<KeyRange> ranges();

  /// How many pairs and deletions were copied so far.
  long entries();

  /// Throws it away; not once it is given to [Engine#take].
  void abandon();
}
