package io.concordkv.node.command;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.CorruptionError;

/// What a member is to the cluster.
public enum Standing {
  /// It has the data and a vote.
  VOTER(0),
  /// It has the data, and no vote yet.
  LEARNER(1),
  /// It has a vote and knows where entries stand, but keeps none of the data and never leads.
  WITNESS(2);

  private final int number;

  Standing(int number) {
    this.number = number;
  }

  public static void write(ByteWriter out, Standing standing) {
    out.u8(standing.number);
  }

  public static Standing read(ByteReader in) {
    int number = in.u8();
    return switch (number) {
      case 0 -> VOTER;
      case 1 -> LEARNER;
      case 2 -> WITNESS;
      default -> throw new CorruptionError("no member has the standing " + number);
    };
  }
}
