package io.concordkv.raft;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;

/// The payload of a CONFIGURATION entry: the configuration that takes force when the entry is
/// applied, and what the state machine is to make of it. The context means nothing to Raft; it is
/// empty in an entry that Raft itself made, to leave a joint configuration or to promote a learner.
public record ConfigurationEntry(Configuration next, Bytes context) {
  public Bytes encode() {
    var encoded = next.encode();
    return new ByteWriter(encoded.length() + context.length() + 8)
        .bytes(encoded)
        .bytes(context)
        .finish();
  }

  public static ConfigurationEntry decode(Bytes payload) {
    var in = new ByteReader(payload);
    var entry = new ConfigurationEntry(Configuration.decode(in.bytes()), in.bytes());
    in.end();
    return entry;
  }
}
