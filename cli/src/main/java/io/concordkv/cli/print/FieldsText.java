package io.concordkv.cli.print;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.mvccpb.KeyValue;

/// One `"Name" : value` for each line.
public final class FieldsText {
  private final Out out;
  private final boolean hex;

  public FieldsText(Out out, boolean hex) {
    this.out = out;
    this.hex = hex;
  }

  public FieldsText raw(String name, Object value) {
    out.line("\"" + name + "\" : " + value);
    return this;
  }

  public FieldsText unsigned(String name, long value) {
    return raw(name, Long.toUnsignedString(value));
  }

  public FieldsText quoted(String name, String value) {
    return raw(name, GoText.quoted(value));
  }

  public FieldsText bytes(String name, ByteString value) {
    return raw(name, GoText.quoted(hex ? ByteString.copyFromUtf8(GoText.hexBytes(value)) : value));
  }

  public FieldsText header(ResponseHeader header) {
    unsigned("ClusterID", header.getClusterId());
    unsigned("MemberID", header.getMemberId());
    if (header.getRevision() > 0) {
      raw("Revision", header.getRevision());
    }
    return unsigned("RaftTerm", header.getRaftTerm());
  }

  public FieldsText pair(String prefix, KeyValue pair) {
    bytes(prefix + "Key", pair.getKey());
    raw(prefix + "CreateRevision", pair.getCreateRevision());
    raw(prefix + "ModRevision", pair.getModRevision());
    raw(prefix + "Version", pair.getVersion());
    bytes(prefix + "Value", pair.getValue());
    return raw(prefix + "Lease", pair.getLease());
  }
}
