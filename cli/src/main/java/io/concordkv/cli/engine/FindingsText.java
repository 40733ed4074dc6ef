package io.concordkv.cli.engine;

import com.google.protobuf.ByteString;
import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Format;
import io.concordkv.cli.print.JsonText;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import java.util.ArrayList;
import java.util.List;

/// What was found in the files of a store, for a person or a program.
final class FindingsText {
  private FindingsText() {}

  static boolean isJson(Format format) {
    return switch (format) {
      case JSON -> true;
      case SIMPLE -> false;
      case FIELDS, TABLE ->
          throw new CommandFailure(
              ExitCode.BAD_FEATURE, "this command writes simple or json, not " + format.text());
    };
  }

  static JsonText begin() {
    return new JsonText().open('{');
  }

  static String end(JsonText json, Findings findings) {
    json.name("files").raw(findings.files()).name("bytes").raw(findings.bytes());
    json.name("damaged").raw(findings.damageCount()).name("damages").open('[');
    findings.damages().forEach(json::string);
    json.close(']').name("lost").raw(findings.lossCount()).name("losses").open('[');
    for (var loss : findings.losses()) {
      json.open('{').name("from").base64(ByteString.copyFrom(loss.keys().from().toArray()));
      var to = loss.keys().to();
      if (to != null) {
        json.name("to").base64(ByteString.copyFrom(to.toArray()));
      }
      json.name("olderMayShow").raw(loss.olderMayShow()).name("why").string(loss.why());
      json.close('}');
    }
    json.close(']').name("notes").open('[');
    findings.notes().forEach(json::string);
    return json.close(']').close('}').toString();
  }

  /// @param losses whether they are of interest, too
  static List<String> lines(Findings findings, boolean losses) {
    var lines = new ArrayList<>(findings.damages());
    more(lines, findings.damageCount());
    if (losses) {
      var lost = new ArrayList<String>();
      for (var loss : findings.losses()) {
        lost.add(
            "lost: %s (%s)%s"
                .formatted(
                    keys(loss.keys()),
                    loss.why(),
                    loss.olderMayShow() ? "; what there is of them may be older, or deleted" : ""));
      }
      more(lost, findings.lossCount());
      lines.addAll(lost);
      findings.notes().forEach(note -> lines.add("note: " + note));
    }
    return lines;
  }

  private static void more(List<String> lines, long count) {
    if (count > lines.size()) {
      lines.add("and " + (count - lines.size()) + " more");
    }
  }

  private static String keys(KeyRange range) {
    var to = range.to();
    if (to == null) {
      return range.from().isEmpty() ? "all keys" : "the keys from '" + range.from() + "' on";
    }
    return to.equals(range.from().successor())
        ? "the key '" + range.from() + "'"
        : "the keys from '" + range.from() + "' to '" + to + "'";
  }
}
