package io.concordkv.storage.wal;

import io.concordkv.storage.wal.SegmentReader.Group;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/// How far a log was read: each group must name the one before it.
final class GroupChain {
  private long end;
  private int chain;
  private boolean known;

  /// Reading goes on at `position`; what stood before it is not known.
  void jump(long position) {
    end = position;
    known = false;
  }

  /// Whether `other` is the checksum of the last group, as far as one can tell.
  boolean follows(int other) {
    return !known || chain == other;
  }

  /// Whether it is known what stood before.
  boolean known() {
    return known;
  }

  /// What comes next follows a group with this checksum.
  void expect(int checksum) {
    chain = checksum;
    known = true;
  }

  /// The position behind the last group.
  long end() {
    return end;
  }

  /// The checksum of the last group; 0 if nothing is known of it.
  int checksum() {
    return known ? chain : 0;
  }

  /// Reads past one group.
  void readOne(SegmentReader reader, long before) {
    readOne(reader, before, _ -> {});
  }

  /// Reads one group, unless it is none that follows.
  void readOne(SegmentReader reader, long before, Consumer<WalRecord> replay) {
    var group = reader.group(end, before);
    if (group != null && follows(group.chain())) {
      group.replay((record, _) -> replay.accept(record));
      end = group.end();
      expect(group.crc());
    }
  }

  /// Reads on to the first place where no whole group stands that follows and ends by `before`.
  void read(SegmentReader reader, long before, ObjLongConsumer<WalRecord> replay) {
    for (Group group = reader.group(end, before);
        group != null && follows(group.chain());
        group = reader.group(end, before)) {
      group.replay(replay);
      end = group.end();
      expect(group.crc());
    }
  }
}
