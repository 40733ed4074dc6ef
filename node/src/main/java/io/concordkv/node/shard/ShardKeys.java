package io.concordkv.node.shard;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.command.Standing;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.storage.engine.KeyRange;

/// Where the shard keeps what is not in a keyspace: keyspace 0 of the tables for members (4) and
/// shard data (6). The format is docs/formats/shard.md.
final class ShardKeys {
  /// The newest format of everything a shard stores. A node refuses a shard with a higher one.
  static final int FEATURE_LEVEL = 1;

  private static final int MEMBERS = 4;
  private static final int SHARD = 6;

  static final Bytes APPLIED = new ByteWriter().u8(SHARD).u32(0).raw(Bytes.of("applied")).finish();
  static final KeyRange ALL_MEMBERS = KeyRange.prefix(new ByteWriter().u8(MEMBERS).u32(0).finish());

  static final int MEMBER_KEY_BYTES = 1 + 4 + 8;

  /// What says who takes part and up to where, and nothing of what is stored for clients.
  static final KeyRange GROUP =
      new KeyRange(new ByteWriter().u8(MEMBERS).finish(), new ByteWriter().u8(SHARD + 1).finish());

  /// The ids of those who are not members any more, and never will be again.
  static final KeyRange ALL_REMOVED =
      KeyRange.prefix(new ByteWriter().u8(SHARD).u32(0).raw(Bytes.of("removed/")).finish());

  /// What stands there for each of them.
  static final Bytes NEEDED = new ByteWriter().u8(0).finish();

  static final Bytes RELEASED = new ByteWriter().u8(1).finish();

  private ShardKeys() {}

  static Bytes removed(long id) {
    return new ByteWriter().u8(SHARD).u32(0).raw(Bytes.of("removed/")).u64(id).finish();
  }

  static long removedId(Bytes key) {
    return new ByteReader(key.slice(key.length() - 8)).u64();
  }

  static long memberId(Bytes key) {
    return new ByteReader(key.slice(5)).u64();
  }

  static Bytes member(long id) {
    return new ByteWriter().u8(MEMBERS).u32(0).u64(id).finish();
  }

  static Bytes encode(Member member) {
    var out = new ByteWriter().u64(member.id()).text(member.name());
    out.list(member.peerUrls(), ByteWriter::text).list(member.clientUrls(), ByteWriter::text);
    Standing.write(out, member.standing());
    return out.u64(member.birth()).finish();
  }

  static Member decodeMember(Bytes encoded) {
    var in = new ByteReader(encoded);
    var member =
        new Member(
            in.u64(),
            in.text(),
            in.list(ByteReader::text),
            in.list(ByteReader::text),
            Standing.read(in),
            in.u64());
    in.end();
    return member;
  }

  static Bytes encode(SnapshotMark applied) {
    return new ByteWriter()
        .u32(FEATURE_LEVEL)
        .u64(applied.last().index())
        .u64(applied.last().term())
        .raw(applied.configuration().encode())
        .finish();
  }

  static SnapshotMark decodeApplied(Bytes encoded) {
    var in = new ByteReader(encoded);
    int level = in.u32();
    if (level > FEATURE_LEVEL) {
      throw new ConcordException(
          ErrorCode.UNKNOWN_COMMAND,
          "the stored state has feature level "
              + level
              + ", this release knows "
              + FEATURE_LEVEL
              + ". Nothing is lost; start this node with the newer release");
    }
    var last = new LogPosition(in.u64(), in.u64());
    return new SnapshotMark(last, Configuration.decode(in.rest()));
  }
}
