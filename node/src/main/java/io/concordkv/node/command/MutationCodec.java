package io.concordkv.node.command;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.CorruptionError;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Span;

/// How changes of the keyspace are written. The format is docs/formats/command.md.
final class MutationCodec {
  private static final int PUT = 1;
  private static final int DELETE_RANGE = 2;
  private static final int GUARDED_COMMIT = 3;
  private static final int COMPACT = 4;
  private static final int GRANT_LEASE = 5;
  private static final int REVOKE_LEASE = 6;
  private static final int RANGE = 7;

  /// How deep guarded commits may lie in one another. Requests are limited to far less.
  private static final int MAX_DEPTH = 256;

  private MutationCodec() {}

  static void write(ByteWriter out, Mutation mutation) {
    switch (mutation) {
      case Operation.Put put -> writePut(out, put);
      case Operation.DeleteRange delete -> writeDelete(out, delete);
      case Operation.GuardedCommit commit -> writeCommit(out, commit);
      case Mutation.Compact(var revision) -> out.u8(COMPACT).varint(revision);
      case Mutation.GrantLease(var id, var ttl) -> out.u8(GRANT_LEASE).u64(id).varint(ttl);
      case Mutation.RevokeLease(var id) -> out.u8(REVOKE_LEASE).u64(id);
    }
  }

  static Mutation read(ByteReader in) {
    int kind = in.u8();
    return switch (kind) {
      case PUT -> readPut(in);
      case DELETE_RANGE -> readDelete(in);
      case GUARDED_COMMIT -> readCommit(in, 1);
      case COMPACT -> new Mutation.Compact(in.varint());
      case GRANT_LEASE -> new Mutation.GrantLease(in.u64(), in.varint());
      case REVOKE_LEASE -> new Mutation.RevokeLease(in.u64());
      default -> throw new CorruptionError("a change of the unknown kind " + kind);
    };
  }

  private static void writeOperation(ByteWriter out, Operation operation) {
    switch (operation) {
      case Operation.Put put -> writePut(out, put);
      case Operation.DeleteRange delete -> writeDelete(out, delete);
      case Operation.GuardedCommit commit -> writeCommit(out, commit);
      case Operation.Range(var query) -> writeQuery(out.u8(RANGE), query);
    }
  }

  private static Operation readOperation(ByteReader in, int depth) {
    int kind = in.u8();
    return switch (kind) {
      case PUT -> readPut(in);
      case DELETE_RANGE -> readDelete(in);
      case GUARDED_COMMIT -> readCommit(in, depth + 1);
      case RANGE -> new Operation.Range(readQuery(in));
      default -> throw new CorruptionError("an operation of the unknown kind " + kind);
    };
  }

  private static void writePut(ByteWriter out, Operation.Put put) {
    int flags =
        (put.previous() ? 1 : 0) | (put.ignoreValue() ? 2 : 0) | (put.ignoreLease() ? 4 : 0);
    out.u8(PUT).u8(flags).varint(put.lease()).bytes(put.key()).bytes(put.value());
  }

  private static Operation.Put readPut(ByteReader in) {
    int flags = in.u8();
    long lease = in.varint();
    return new Operation.Put(
        in.bytes(), in.bytes(), lease, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
  }

  private static void writeDelete(ByteWriter out, Operation.DeleteRange delete) {
    writeSpan(out.u8(DELETE_RANGE).flag(delete.previous()), delete.span());
  }

  private static Operation.DeleteRange readDelete(ByteReader in) {
    boolean previous = in.flag();
    return new Operation.DeleteRange(readSpan(in), previous);
  }

  private static void writeCommit(ByteWriter out, Operation.GuardedCommit commit) {
    out.u8(GUARDED_COMMIT)
        .list(commit.compares(), MutationCodec::writeCompare)
        .list(commit.success(), MutationCodec::writeOperation)
        .list(commit.failure(), MutationCodec::writeOperation);
  }

  private static Operation.GuardedCommit readCommit(ByteReader in, int depth) {
    if (depth > MAX_DEPTH) {
      throw new CorruptionError("guarded commits lie more than " + MAX_DEPTH + " deep");
    }
    return new Operation.GuardedCommit(
        in.list(MutationCodec::readCompare),
        in.list(each -> readOperation(each, depth)),
        in.list(each -> readOperation(each, depth)));
  }

  private static void writeCompare(ByteWriter out, Compare compare) {
    writeSpan(out, compare.span());
    out.u8(number(compare.target())).u8(number(compare.result()));
    out.u64(compare.number()).bytes(compare.value());
  }

  private static Compare readCompare(ByteReader in) {
    return new Compare(
        readSpan(in),
        one(Compare.Target.values(), in.u8()),
        one(Compare.Result.values(), in.u8()),
        in.u64(),
        in.bytes());
  }

  private static void writeQuery(ByteWriter out, RangeQuery query) {
    writeSpan(out, query.span());
    out.varint(query.limit()).varint(query.revision());
    out.u8(number(query.order())).u8(number(query.target()));
    out.flag(query.keysOnly()).flag(query.countOnly());
    out.varint(query.minModRevision()).varint(query.maxModRevision());
    out.varint(query.minCreateRevision()).varint(query.maxCreateRevision());
  }

  private static RangeQuery readQuery(ByteReader in) {
    return new RangeQuery(
        readSpan(in),
        in.varint(),
        in.varint(),
        one(RangeQuery.SortOrder.values(), in.u8()),
        one(RangeQuery.SortTarget.values(), in.u8()),
        in.flag(),
        in.flag(),
        in.varint(),
        in.varint(),
        in.varint(),
        in.varint());
  }

  private static void writeSpan(ByteWriter out, Span span) {
    out.bytes(span.key()).bytes(span.end());
  }

  private static Span readSpan(ByteReader in) {
    return new Span(in.bytes(), in.bytes());
  }

  /// These enums are declared in the order of etcd's wire numbers; golden bytes pin them.
  @SuppressWarnings("EnumOrdinal")
  private static int number(Enum<?> value) {
    return value.ordinal();
  }

  private static <T> T one(T[] values, int number) {
    if (number >= values.length) {
      throw new CorruptionError("the number " + number + " names nothing");
    }
    return values[number];
  }
}
