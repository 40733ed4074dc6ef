package io.concordkv.cli.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.proto.etcdserverpb.DeleteRangeResponse;
import io.concordkv.proto.etcdserverpb.PutResponse;
import io.concordkv.proto.etcdserverpb.RangeResponse;
import io.concordkv.proto.etcdserverpb.ResponseOp;
import io.concordkv.proto.etcdserverpb.TxnResponse;
import io.concordkv.proto.etcdserverpb.WatchResponse;
import io.concordkv.proto.mvccpb.Event;
import io.concordkv.proto.mvccpb.KeyValue;

/// Answers about keys and their values.
///
/// @param valuesOnly leave the keys out of a simple list
public record KvPrinter(
    Out out, Format format, boolean hex, boolean valuesOnly, boolean countOnly) {
  public KvPrinter(Out out, Format format, boolean hex) {
    this(out, format, hex, false, false);
  }

  public void put(PutResponse answer) {
    switch (format) {
      case SIMPLE -> {
        out.line("OK");
        if (answer.hasPrevKv()) {
          pair(answer.getPrevKv());
        }
      }
      case FIELDS -> putFields(answer);
      case JSON -> json(answer);
      case TABLE -> throw noTable();
    }
    out.flush();
  }

  public void range(RangeResponse answer) {
    switch (format) {
      case SIMPLE -> {
        if (countOnly) {
          out.line(Long.toString(answer.getCount()));
        }
        answer.getKvsList().forEach(this::pair);
      }
      case FIELDS -> rangeFields(answer);
      case JSON -> json(answer);
      case TABLE -> throw noTable();
    }
    out.flush();
  }

  public void delete(DeleteRangeResponse answer) {
    switch (format) {
      case SIMPLE -> {
        out.line(Long.toString(answer.getDeleted()));
        answer.getPrevKvsList().forEach(this::pair);
      }
      case FIELDS -> deleteFields(answer);
      case JSON -> json(answer);
      case TABLE -> throw noTable();
    }
    out.flush();
  }

  public void txn(TxnResponse answer) {
    switch (format) {
      case SIMPLE -> simpleTxn(answer);
      case FIELDS -> txnFields(answer);
      case JSON -> json(answer);
      case TABLE -> throw noTable();
    }
    out.flush();
  }

  private void simpleTxn(TxnResponse answer) {
    out.line(answer.getSucceeded() ? "SUCCESS" : "FAILURE");
    for (var response : answer.getResponsesList()) {
      out.line("");
      switch (response.getResponseCase()) {
        case RESPONSE_RANGE -> response.getResponseRange().getKvsList().forEach(this::pair);
        case RESPONSE_PUT -> put(response.getResponsePut());
        case RESPONSE_DELETE_RANGE -> delete(response.getResponseDeleteRange());
        case RESPONSE_TXN -> simpleTxn(response.getResponseTxn());
        case RESPONSE_NOT_SET -> {}
      }
    }
  }

  public void watch(WatchResponse answer) {
    switch (format) {
      case SIMPLE -> answer.getEventsList().forEach(this::event);
      case FIELDS -> watchFields(answer);
      case JSON -> watchJson(answer);
      case TABLE -> throw noTable();
    }
    out.flush();
  }

  private void event(Event event) {
    out.line(event.getType().name());
    if (event.hasPrevKv()) {
      pair(event.getPrevKv());
    }
    pair(event.getKv());
  }

  private void watchFields(WatchResponse answer) {
    var fields = new FieldsText(out, hex).header(answer.getHeader());
    for (var event : answer.getEventsList()) {
      fields.raw("Type", event.getType().name());
      if (event.hasPrevKv()) {
        fields.pair("Prev", event.getPrevKv());
      }
      fields.pair("", event.getKv());
    }
  }

  private void watchJson(WatchResponse answer) {
    var json = new JsonText().open('{').name("Header").message(answer.getHeader());
    json.name("Events").open('[');
    answer.getEventsList().forEach(json::message);
    json.close(']').name("CompactRevision").raw(answer.getCompactRevision());
    json.name("Canceled").raw(answer.getCanceled()).name("Created").raw(answer.getCreated());
    out.line(json.name("CancelReason").string(answer.getCancelReason()).close('}').toString());
  }

  private void putFields(PutResponse answer) {
    var fields = new FieldsText(out, hex).header(answer.getHeader());
    if (answer.hasPrevKv()) {
      fields.pair("Prev", answer.getPrevKv());
    }
  }

  private void rangeFields(RangeResponse answer) {
    var fields = new FieldsText(out, hex).header(answer.getHeader());
    answer.getKvsList().forEach(pair -> fields.pair("", pair));
    fields.raw("More", answer.getMore()).raw("Count", answer.getCount());
  }

  private void deleteFields(DeleteRangeResponse answer) {
    var fields = new FieldsText(out, hex).header(answer.getHeader());
    fields.raw("Deleted", answer.getDeleted());
    answer.getPrevKvsList().forEach(pair -> fields.pair("Prev", pair));
  }

  private void txnFields(TxnResponse answer) {
    new FieldsText(out, hex).header(answer.getHeader()).raw("Succeeded", answer.getSucceeded());
    for (ResponseOp response : answer.getResponsesList()) {
      switch (response.getResponseCase()) {
        case RESPONSE_RANGE -> rangeFields(response.getResponseRange());
        case RESPONSE_PUT -> putFields(response.getResponsePut());
        case RESPONSE_DELETE_RANGE -> deleteFields(response.getResponseDeleteRange());
        case RESPONSE_TXN -> txnFields(response.getResponseTxn());
        case RESPONSE_NOT_SET -> {}
      }
    }
  }

  private void pair(KeyValue pair) {
    if (!valuesOnly) {
      bytes(pair.getKey());
    }
    bytes(pair.getValue());
  }

  private void bytes(ByteString bytes) {
    if (hex) {
      out.line(GoText.hexBytes(bytes));
    } else {
      out.bytes(bytes).text("\n");
    }
  }

  private void json(Message answer) {
    out.line(JsonText.of(answer));
  }

  public static CommandFailure noTable() {
    return new CommandFailure(ExitCode.BAD_FEATURE, "table not supported as output format");
  }
}
