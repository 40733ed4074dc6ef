package io.concordkv.mvcc;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;

/// How a keyspace lies in an engine: the one place that knows `docs/formats/keyspace.md`.
///
/// Of one user key the newest version comes first, because revisions are stored inverted; user keys
/// are escaped, so that none is the beginning of another and their order is kept.
final class KeyspaceFormat {
  static final int DATA = 1;
  static final int HISTORY = 2;
  static final int LEASE = 3;
  static final int META = 6;
  private static final int DATA_PREFIX = 7;
  private static final int REVISION_BYTES = 12;
  private static final int META_VERSION = 1;
  private static final int TOMBSTONE = 1;
  private static final int LAST_SUB = -1;
  private static final Bytes META_NAME = Bytes.of("mvcc");

  private final int keyspace;
  private final long shard;

  KeyspaceFormat(int keyspace, long shard) {
    this.keyspace = keyspace;
    this.shard = shard;
  }

  /// The table that a stored key belongs to; -1 if it is none of an engine's.
  static int table(Bytes stored) {
    return stored.length() < 5 ? -1 : stored.at(0);
  }

  /// The keyspace that a stored key belongs to; 0 is the shard itself.
  static int keyspace(Bytes stored) {
    return stored.length() < 5 ? 0 : new ByteReader(stored.slice(1)).u32();
  }

  /// What the engine holds of one version of a key. A tombstone has nothing else.
  record Version(boolean tombstone, long createRevision, long version, long lease, Bytes value) {
    static final Version TOMBSTONE = new Version(true, 0, 0, 0, Bytes.EMPTY);

    KeyValue pair(Bytes key, long modRevision) {
      return new KeyValue(key, createRevision, modRevision, version, lease, value);
    }
  }

  /// The key of one version.
  record DataKey(Bytes key, long main, int sub) {}

  /// The key of one row of the history.
  record HistoryKey(long main, int sub) {}

  /// @param compactRevision -1 if never compacted
  /// @param previousCompactRevision the one before that
  /// @param purgedRevision up to which compact revision everything unreadable is deleted
  record Meta(
      long revision, long compactRevision, long previousCompactRevision, long purgedRevision) {
    static final Meta EMPTY = new Meta(1, -1, -1, -1);
  }

  Bytes dataKey(Bytes key, long main, int sub) {
    var writer = new ByteWriter(DATA_PREFIX + key.length() + zeros(key) + 2 + REVISION_BYTES);
    return escaped(writer, key).u64(~main).u32(~sub).finish();
  }

  /// Where the newest version of `key` at or below `revision` is looked for.
  Bytes dataSeek(Bytes key, long revision) {
    return dataKey(key, revision, LAST_SUB);
  }

  /// At or below the newest version of `key`, above every version of smaller keys.
  Bytes dataFrom(Bytes key) {
    return escaped(new ByteWriter(DATA_PREFIX + key.length() + zeros(key) + 2), key).finish();
  }

  /// Above every version of `key`, below those of larger keys.
  Bytes dataPast(Bytes key) {
    var writer = new ByteWriter(DATA_PREFIX + key.length() + zeros(key) + 2);
    return escape(prefix(writer, DATA).u16(0), key).u8(0).u8(2).finish();
  }

  /// All versions of all keys of `span`.
  KeyRange dataRange(Span span) {
    if (span.single()) {
      return new KeyRange(dataFrom(span.key()), dataPast(span.key()));
    }
    var upper = span.upper();
    return new KeyRange(dataFrom(span.key()), upper == null ? dataRange().to() : dataFrom(upper));
  }

  KeyRange dataRange() {
    return KeyRange.prefix(prefix(new ByteWriter(DATA_PREFIX), DATA).u16(0).finish());
  }

  DataKey readDataKey(Bytes stored) {
    int end = stored.length() - REVISION_BYTES;
    if (end < DATA_PREFIX + 2 || stored.at(end - 2) != 0 || stored.at(end - 1) != 1) {
      throw new CorruptionError("a data key does not end as one: " + stored);
    }
    var revision = new ByteReader(stored.slice(end));
    return new DataKey(
        unescape(stored.slice(DATA_PREFIX, end - 2)), ~revision.u64(), ~revision.u32());
  }

  /// Takes a cursor over data from a version of `key` to the newest one of the next key.
  boolean nextKey(Cursor cursor, Bytes key) {
    // Most keys have one version: a step is cheaper than a seek.
    return cursor.next() && (!cursor.key().startsWith(dataFrom(key)) || cursor.seek(dataPast(key)));
  }

  Bytes version(Version version) {
    if (version.tombstone) {
      return Bytes.wrap(new byte[] {TOMBSTONE});
    }
    return new ByteWriter(24 + version.value.length())
        .u8(0)
        .varint(version.createRevision)
        .varint(version.version)
        .varint(version.lease)
        .raw(version.value)
        .finish();
  }

  Version readVersion(Bytes stored) {
    var reader = new ByteReader(stored);
    int flags = reader.u8();
    if (flags == TOMBSTONE) {
      reader.end();
      return Version.TOMBSTONE;
    }
    if (flags != 0) {
      throw new CorruptionError("a version has the unknown flags " + flags);
    }
    return new Version(false, reader.varint(), reader.varint(), reader.varint(), reader.rest());
  }

  Bytes historyKey(long main, int sub) {
    return prefix(new ByteWriter(25), HISTORY).u64(shard).u64(main).u32(sub).finish();
  }

  /// All that happened from revision `from` on.
  KeyRange historyFrom(long from) {
    var all = KeyRange.prefix(prefix(new ByteWriter(13), HISTORY).u64(shard).finish());
    return new KeyRange(historyKey(from, 0), all.to());
  }

  HistoryKey readHistoryKey(Bytes stored) {
    var reader = new ByteReader(stored.slice(13));
    var key = new HistoryKey(reader.u64(), reader.u32());
    reader.end();
    return key;
  }

  Bytes leaseKey(long id) {
    return prefix(new ByteWriter(13), LEASE).u64(id).finish();
  }

  KeyRange leaseRange() {
    return KeyRange.prefix(prefix(new ByteWriter(5), LEASE).finish());
  }

  long readLeaseKey(Bytes stored) {
    var reader = new ByteReader(stored.slice(5));
    long id = reader.u64();
    reader.end();
    return id;
  }

  Bytes lease(long ttlSeconds) {
    return new ByteWriter(10).varint(ttlSeconds).finish();
  }

  long readLease(Bytes stored) {
    var reader = new ByteReader(stored);
    long ttlSeconds = reader.varint();
    reader.end();
    return ttlSeconds;
  }

  Bytes metaKey() {
    return prefix(new ByteWriter(9), META).raw(META_NAME).finish();
  }

  Bytes meta(Meta meta) {
    return new ByteWriter(33)
        .u8(META_VERSION)
        .u64(meta.revision)
        .u64(meta.compactRevision)
        .u64(meta.previousCompactRevision)
        .u64(meta.purgedRevision)
        .finish();
  }

  Meta readMeta(Bytes stored) {
    var reader = new ByteReader(stored);
    int version = reader.u8();
    if (version != META_VERSION) {
      throw new CorruptionError("a keyspace of the unknown format version " + version);
    }
    var meta = new Meta(reader.u64(), reader.u64(), reader.u64(), reader.u64());
    reader.end();
    return meta;
  }

  private ByteWriter prefix(ByteWriter writer, int table) {
    return writer.u8(table).u32(keyspace);
  }

  private ByteWriter escaped(ByteWriter writer, Bytes key) {
    return escape(prefix(writer, DATA).u16(0), key).u8(0).u8(1);
  }

  private static ByteWriter escape(ByteWriter writer, Bytes key) {
    int start = 0;
    for (int i = 0; i < key.length(); i++) {
      if (key.at(i) == 0) {
        writer.raw(key.slice(start, i + 1)).u8(0xFF);
        start = i + 1;
      }
    }
    return writer.raw(key.slice(start));
  }

  private static Bytes unescape(Bytes escaped) {
    int zeros = zeros(escaped);
    if (zeros == 0) {
      return escaped;
    }
    var writer = new ByteWriter(escaped.length() - zeros);
    for (int i = 0; i < escaped.length(); i++) {
      writer.u8(escaped.at(i));
      if (escaped.at(i) == 0) {
        i++;
        if (i == escaped.length() || escaped.at(i) != (byte) 0xFF) {
          throw new CorruptionError("a zero byte of a data key is not escaped: " + escaped);
        }
      }
    }
    return writer.finish();
  }

  private static int zeros(Bytes bytes) {
    int zeros = 0;
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.at(i) == 0) {
        zeros++;
      }
    }
    return zeros;
  }
}
