package io.concordkv.cli.print;

import io.concordkv.proto.etcdserverpb.LeaseGrantResponse;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.concordkv.proto.etcdserverpb.LeaseLeasesResponse;
import io.concordkv.proto.etcdserverpb.LeaseRevokeResponse;
import io.concordkv.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import java.util.stream.Collectors;

/// Answers about leases. Their JSON has the header's fields among its own, unlike all others.
public record LeasePrinter(Out out, Format format) {
  public void granted(LeaseGrantResponse answer) {
    switch (format) {
      case SIMPLE ->
          out.line(
              "lease %s granted with TTL(%ds)"
                  .formatted(GoText.leaseId(answer.getID()), answer.getTTL()));
      case FIELDS ->
          fields(answer.getHeader()).raw("ID", answer.getID()).raw("TTL", answer.getTTL());
      case JSON -> {
        var json = json(answer.getHeader()).name("ID").raw(answer.getID());
        json.name("TTL").raw(answer.getTTL()).name("Error").string(answer.getError());
        out.line(json.close('}').toString());
      }
      case TABLE -> throw KvPrinter.noTable();
    }
  }

  public void revoked(long id, LeaseRevokeResponse answer) {
    switch (format) {
      case SIMPLE -> out.line("lease " + GoText.leaseId(id) + " revoked");
      case FIELDS -> fields(answer.getHeader());
      case JSON -> out.line(JsonText.of(answer));
      case TABLE -> throw KvPrinter.noTable();
    }
  }

  public void kept(LeaseKeepAliveResponse answer) {
    switch (format) {
      case SIMPLE ->
          out.line(
              "lease %s keepalived with TTL(%d)"
                  .formatted(GoText.leaseId(answer.getID()), answer.getTTL()));
      case FIELDS ->
          fields(answer.getHeader()).raw("ID", answer.getID()).raw("TTL", answer.getTTL());
      case JSON -> {
        var json = json(answer.getHeader()).name("ID").raw(answer.getID());
        out.line(json.name("TTL").raw(answer.getTTL()).close('}').toString());
      }
      case TABLE -> throw KvPrinter.noTable();
    }
    out.flush();
  }

  public void timeToLive(LeaseTimeToLiveResponse answer, boolean keys) {
    switch (format) {
      case SIMPLE -> simpleTimeToLive(answer, keys);
      case FIELDS -> {
        var fields = fields(answer.getHeader()).raw("ID", answer.getID());
        fields.raw("TTL", answer.getTTL()).raw("GrantedTTL", answer.getGrantedTTL());
        answer.getKeysList().forEach(key -> fields.bytes("Key", key));
      }
      case JSON -> {
        var json = json(answer.getHeader()).name("id").raw(answer.getID());
        json.name("ttl").raw(answer.getTTL()).name("granted-ttl").raw(answer.getGrantedTTL());
        json.name("keys");
        if (answer.getKeysCount() == 0) {
          json.raw("null");
        } else {
          json.open('[');
          answer.getKeysList().forEach(json::base64);
          json.close(']');
        }
        out.line(json.close('}').toString());
      }
      case TABLE -> throw KvPrinter.noTable();
    }
  }

  private void simpleTimeToLive(LeaseTimeToLiveResponse answer, boolean keys) {
    var id = GoText.leaseId(answer.getID());
    if (answer.getTTL() == -1) {
      out.line("lease " + id + " already expired");
      return;
    }
    out.text("lease " + id + " granted with TTL(" + answer.getGrantedTTL() + "s)");
    out.text(", remaining(" + answer.getTTL() + "s)");
    if (keys) {
      var list = answer.getKeysList().stream().map(key -> key.toStringUtf8());
      out.text(list.collect(Collectors.joining(" ", ", attached keys([", "])")));
    }
    out.text("\n");
  }

  public void list(LeaseLeasesResponse answer) {
    switch (format) {
      case SIMPLE -> {
        out.line("found " + answer.getLeasesCount() + " leases");
        answer.getLeasesList().forEach(lease -> out.line(GoText.leaseId(lease.getID())));
      }
      case FIELDS -> {
        var fields = fields(answer.getHeader());
        answer.getLeasesList().forEach(lease -> fields.raw("ID", lease.getID()));
      }
      case JSON -> {
        var json = json(answer.getHeader()).name("leases").open('[');
        for (var lease : answer.getLeasesList()) {
          json.open('{').name("id").raw(lease.getID()).close('}');
        }
        out.line(json.close(']').close('}').toString());
      }
      case TABLE -> throw KvPrinter.noTable();
    }
  }

  private FieldsText fields(ResponseHeader header) {
    return new FieldsText(out, false).header(header);
  }

  private static JsonText json(ResponseHeader header) {
    return new JsonText().open('{').fields(header);
  }
}
