package io.concordkv.raft;

import io.concordkv.base.Bytes;

/// One entry of the replicated log. What a command's payload means is none of Raft's business.
public record Entry(long index, long term, Kind kind, Bytes payload) {
  /// The codes are part of the log's format.
  public enum Kind {
    /// Written by a new leader to commit what its predecessors left.
    NO_OP(0),
    COMMAND(1),
    /// A [ConfigurationEntry].
    CONFIGURATION(2);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }
  }

  /// What an entry weighs in every limit that counts bytes: its payload and a fixed share for the
  /// rest.
  public int bytes() {
    return bytes(payload);
  }

  /// The configuration in a CONFIGURATION entry.
  public Configuration configuration() {
    return ConfigurationEntry.decode(payload).next();
  }

  /// The configuration in a CONFIGURATION entry behind `before`: most often they are equal, and
  /// then it is the same object, which need not be kept twice.
  public Configuration after(Configuration before) {
    var next = configuration();
    return next.equals(before) ? before : next;
  }

  static int bytes(Bytes payload) {
    return payload.length() + 32;
  }

  public LogPosition position() {
    return new LogPosition(index, term);
  }
}
